package io.sluice.getter.source;

import io.sluice.core.feed.Feed;
import io.sluice.core.feed.HostPort;
import io.sluice.core.feed.Origin;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The systems of all feeds. Connections and their limits belong to a server, not to a feed, so two
 * feeds on one server together keep to what each allows.
 */
public final class Sources implements AutoCloseable {

  private final SftpConnector connector;
  private final Sleeper sleeper;
  private final Map<HostPort, SftpServer> servers = new ConcurrentHashMap<>();
  private final Map<List<String>, BaseDirectory> bases = new ConcurrentHashMap<>();

  public Sources() {
    this(new SftpConnector(), Sleeper.THREAD);
  }

  Sources(SftpConnector connector, Sleeper sleeper) {
    this.connector = connector;
    this.sleeper = sleeper;
  }

  /** The systems a feed's files lie on. */
  public List<Source> of(Feed feed) {
    return of(feed.source().origin(), feed.source().pathPattern().base());
  }

  /**
   * The systems of an origin.
   *
   * @param base the directory that all its files lie in
   */
  List<Source> of(Origin origin, String base) {
    if (origin instanceof Origin.Sftp sftp) {
      return sftp.systems().stream().map(system -> sftp(sftp, system, base)).toList();
    }
    return List.of(new DirectorySource(base(Source.LOCAL, base)));
  }

  /**
   * The system of a feed that the ledger calls so, or called so before it became one of several
   * servers.
   *
   * @throws SourceAway when the feed no longer has it
   */
  public Source of(Feed feed, String host) throws SourceAway {
    List<Source> all = of(feed);
    return all.stream()
        .filter(source -> source.host().equals(host))
        .findFirst()
        .or(() -> all.stream().filter(source -> source.servers().contains(host)).findFirst())
        .orElseThrow(
            () ->
                new SourceAway(
                    "feed %s no longer has a host %s; add it again, or give up its files: sluice dead discard ID --reason TEXT"
                        .formatted(feed.name(), host)));
  }

  @Override
  public void close() {
    servers.values().forEach(SftpServer::closeIdle);
    connector.close();
  }

  private Source sftp(Origin.Sftp origin, Origin.RemoteSystem system, String base) {
    List<SftpSource.Member> members =
        system.servers().stream()
            .map(at -> new SftpSource.Member(server(at), base(at.toString(), base)))
            .toList();
    return new SftpSource(system.name(), members, SftpLogin.of(origin), origin.limits(), sleeper);
  }

  private SftpServer server(HostPort address) {
    return servers.computeIfAbsent(address, a -> new SftpServer(a, connector, System::nanoTime));
  }

  private BaseDirectory base(String server, String path) {
    return bases.computeIfAbsent(
        List.of(server, path), key -> new BaseDirectory(server, path, Clock.systemUTC()));
  }
}
