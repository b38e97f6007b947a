package io.sluice.getter.source;

import io.sluice.core.feed.Origin;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Files on an SFTP server, or on several that serve the same files. */
final class SftpSource implements Source {

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

  private final String host;
  private final List<Member> members;
  private final SftpLogin login;
  private final Origin.HostLimits limits;
  private final Sleeper sleeper;

  SftpSource(
      String host,
      List<Member> members,
      SftpLogin login,
      Origin.HostLimits limits,
      Sleeper sleeper) {
    this.host = host;
    this.members = List.copyOf(members);
    this.login = login;
    this.limits = limits;
    this.sleeper = sleeper;
  }

  @Override
  public String host() {
    return host;
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
    SftpServer server = member.server;
    Optional<Pace> pace = limits.rate().map(rate -> new Pace(server.rate(), rate.bytes(), sleeper));
    return new SftpSession(
        server.address(), member.base, pace, () -> server.acquire(login, limits, purpose));
  }
}
