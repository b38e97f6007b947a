package io.sluice.core.feed;

import io.sluice.core.yaml.DataSize;
import io.sluice.core.yaml.Secret;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The system that holds the files of a feed. */
public sealed interface Origin {

  /** The path pattern of the files, as written in the feed: absolute, with dates and globs. */
  String path();

  /** A directory of this machine, or of a volume mounted on it. */
  record Directory(String path) implements Origin {}

  /**
   * SFTP servers.
   *
   * @param hosts servers that each hold files of their own
   * @param mirrors groups of servers; those of one group serve the same files
   * @param key private key (OpenSSH or PEM), if the login is by key
   * @param passphrase of the private key, if it has one
   * @param password if the login is by password
   * @param knownHosts file in OpenSSH format; the user's own one if absent
   * @param strictHostKeys false accepts any host key, for tests only
   * @param timeout for connecting, logging in and each answer of the server
   * @param limits what one server is spared from
   */
  record Sftp(
      List<HostPort> hosts,
      List<List<HostPort>> mirrors,
      String user,
      Optional<Secret> key,
      Optional<Secret> passphrase,
      Optional<Secret> password,
      String path,
      Optional<String> knownHosts,
      boolean strictHostKeys,
      Duration timeout,
      HostLimits limits)
      implements Origin {

    public Sftp {
      hosts = List.copyOf(hosts);
      mirrors = mirrors.stream().map(List::copyOf).toList();
    }

    /** The distinct systems to scan: every host alone, and every group of mirrors as one. */
    public List<RemoteSystem> systems() {
      List<RemoteSystem> systems = new ArrayList<>();
      hosts.forEach(host -> systems.add(new RemoteSystem(host.toString(), List.of(host))));
      mirrors.forEach(group -> systems.add(new RemoteSystem(group.get(0).toString(), group)));
      return List.copyOf(systems);
    }
  }

  /**
   * A system with files of its own.
   *
   * @param name the host in the ledger, metrics and commands: that of the first server; when that
   *     changes, the ledger renames its files
   * @param servers those that serve its files, to be tried in this order
   */
  record RemoteSystem(String name, List<HostPort> servers) {}

  /**
   * Protection of one server.
   *
   * @param connections open at the same time, per getter process
   * @param rate bytes per second over all connections of a getter process, no limit if absent
   */
  record HostLimits(int connections, Optional<DataSize> rate) {}
}
