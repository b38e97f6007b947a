package io.sluice.getter.source;

import io.sluice.core.feed.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.sshd.client.config.hosts.KnownHostEntry;
import org.apache.sshd.client.keyverifier.KnownHostsServerKeyVerifier;
import org.apache.sshd.client.keyverifier.RejectAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.signature.Signature;

/**
 * Checks the host key of one connection attempt against a known_hosts file in OpenSSH's format, and
 * remembers what was wrong, because the library's exception does not say it.
 */
final class HostKeys {

  private final HostPort server;
  private final boolean strict;
  private final Path knownHosts;
  private volatile String problem;

  HostKeys(HostPort server, SftpLogin login) {
    this.server = server;
    this.strict = login.strictHostKeys();
    this.knownHosts = login.knownHosts();
  }

  /** Why the key was refused, null if it was not. */
  String problem() {
    return problem;
  }

  boolean verify(ClientSession session, SocketAddress address, PublicKey key) {
    boolean known = !strict || isKnown(session, address, key);
    if (!known) {
      problem = describe(key);
    }
    return known;
  }

  private boolean isKnown(ClientSession session, SocketAddress address, PublicKey key) {
    return Files.isReadable(knownHosts)
        && new KnownHostsServerKeyVerifier(RejectAllServerKeyVerifier.INSTANCE, knownHosts)
            .verifyServerKey(session, address, key);
  }

  /**
   * Asks the server first for the kinds of key the file knows of it, as ssh does: else a server
   * with several keys may show one that is not in the file.
   */
  void preferKnownKinds(ClientSession session) {
    Set<String> known = knownKinds();
    if (known.isEmpty()) {
      return;
    }
    List<NamedFactory<Signature>> factories = new ArrayList<>(session.getSignatureFactories());
    // The others stay: the login's own key needs them.
    factories.sort(Comparator.comparing(f -> !known.contains(kind(f.getName()))));
    session.setSignatureFactories(factories);
  }

  private String describe(PublicKey key) {
    boolean other = !knownKinds().isEmpty();
    String file = Names.printable(knownHosts.toString());
    String start =
        other
            ? "host key of %s is not the one in %s, so this may be another machine"
            : "host key of %s is not in %s";
    String name =
        server.port() == HostPort.SSH ? server.host() : "[" + server.host() + "]:" + server.port();
    return (start + "; it presents %s. If that is right%s, add this line: %s %s")
        .formatted(
            server,
            file,
            KeyUtils.getFingerPrint(key),
            other ? ", remove the old line and" : " (ask its administrator)",
            name,
            PublicKeyEntry.toString(key))
        .replace("and, add", "and add");
  }

  private Set<String> knownKinds() {
    Set<String> kinds = new TreeSet<>();
    if (!strict || !Files.isReadable(knownHosts)) {
      return kinds;
    }
    try {
      for (KnownHostEntry entry : KnownHostEntry.readKnownHostEntries(knownHosts)) {
        if (entry.isHostMatch(server.host(), server.port()) && entry.getKeyEntry() != null) {
          kinds.add(entry.getKeyEntry().getKeyType());
        }
      }
      return kinds;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + knownHosts + ": " + e.getMessage(), e);
    }
  }

  /** The kind of key behind a signature algorithm: SHA-2 signatures of RSA keys have own names. */
  private static String kind(String signature) {
    return signature.startsWith("rsa-sha2-") ? "ssh-rsa" : signature;
  }
}
