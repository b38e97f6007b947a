package io.sluice.getter.source;

import io.sluice.core.feed.Feed;
import io.sluice.core.feed.HostPort;
import io.sluice.core.feed.Origin;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The systems of all feeds. Connections and their limits belong to a server, not to a feed, so two
 * feeds on one server together keep to what each allows.
 */
public final class Sources implements AutoCloseable {

  private final SftpConnector connector;
  private final SftpServer.Sleeper sleeper;
  private final Map<HostPort, SftpServer> servers = new ConcurrentHashMap<>();

  public Sources() {
    this(new SftpConnector(), SftpServer.Sleeper.THREAD);
  }

  Sources(SftpConnector connector, SftpServer.Sleeper sleeper) {
    this.connector = connector;
    this.sleeper = sleeper;
  }

  /** The systems a feed's files lie on. */
  public List<Source> of(Feed feed) {
    return of(feed.source().origin());
  }

  List<Source> of(Origin origin) {
    if (origin instanceof Origin.Sftp sftp) {
      return sftp.systems().stream().map(system -> sftp(sftp, system)).toList();
    }
    return List.of(new DirectorySource());
  }

  /**
   * The system of a feed that the ledger calls so.
   *
   * @throws SourceAway when the feed no longer has it
   */
  public Source of(Feed feed, String host) throws SourceAway {
    return of(feed).stream()
        .filter(source -> source.host().equals(host))
        .findFirst()
        .orElseThrow(
            () ->
                new SourceAway(
                    "feed %s has no host %s; add it again, or discard its files with 'sluice files'"
                        .formatted(feed.name(), host)));
  }

  @Override
  public void close() {
    servers.values().forEach(SftpServer::closeIdle);
    connector.close();
  }

  private Source sftp(Origin.Sftp origin, Origin.RemoteSystem system) {
    List<SftpServer> of =
        system.servers().stream()
            .map(
                address ->
                    servers.computeIfAbsent(
                        address, a -> new SftpServer(a, connector, System::nanoTime)))
            .toList();
    return new SftpSource(system.name(), of, SftpLogin.of(origin), origin.limits(), sleeper);
  }
}
