package io.sluice.getter.source;

import io.sluice.core.feed.Origin;
import java.io.InterruptedIOException;
import java.util.Comparator;
import java.util.List;

/**
 * Files on an SFTP server, or on several that serve the same files.
 *
 * @param members the servers, in the order the feed names them
 */
record SftpSource(
    String host, List<Member> members, SftpLogin login, Origin.HostLimits limits, Sleeper sleeper)
    implements Source {

  /**
   * One server of the system.
   *
   * @param base the feed's directory on it
   */
  record Member(SftpServer server, BaseDirectory base) {

    String name() {
      return server.address().toString();
    }
  }

  @Override
  public List<String> servers() {
    return members.stream().map(Member::name).toList();
  }

  /** The first server that is there; those that just failed come last. */
  @Override
  public SourceSession connect(Purpose purpose) throws SourceAway {
    SourceAway away = null;
    for (Member member : bestFirst()) {
      try {
        return connect(purpose, member);
      } catch (SourceAway e) {
        if (away != null) {
          e.addSuppressed(away);
        }
        away = e;
      }
    }
    throw away;
  }

  @Override
  public SourceSession connect(Purpose purpose, String server) throws SourceAway {
    for (Member member : members) {
      if (member.name().equals(server)) {
        return connect(purpose, member);
      }
    }
    throw new IllegalArgumentException(server + " does not serve the files of " + host);
  }

  private List<Member> bestFirst() {
    return members.stream()
        .sorted(
            Comparator.comparing((Member member) -> member.server.paused())
                .thenComparing(member -> member.base.away()))
        .toList();
  }

  private SourceSession connect(Purpose purpose, Member member) throws SourceAway {
    return new SftpSession(this, member, purpose);
  }

  SftpConnection acquire(SftpServer server, Purpose purpose) throws SourceAway {
    return server.acquire(login, limits, purpose);
  }

  void pace(SftpServer server, int bytes) throws InterruptedIOException {
    if (limits.rate().isPresent()) {
      sleeper.pause(server.rate().take(bytes, limits.rate().get().bytes()));
    }
  }
}
