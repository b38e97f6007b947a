package io.sluice.getter.source;

import io.sluice.core.feed.Feed;
import java.util.List;

/**
 * One system that holds files of a feed, used through sessions. Safe for use by many threads; its
 * sessions are not.
 */
public interface Source {

  /** The host of a directory. */
  String LOCAL = "localhost";

  /**
   * What a session is for. Where all connections of a server are in use, these take turns, so that
   * many fetches cannot keep a scan waiting, nor a scan the settling.
   */
  enum Purpose {
    SCAN,
    FETCH,
    SETTLE
  }

  /** The system's name in the ledger, metrics and commands: a host, or {@link #LOCAL}. */
  String host();

  /**
   * What bears only so much at a time: the host, or the directory of this machine that all files of
   * the feed lie in, for each may be a mount of its own that hangs.
   */
  static String burdened(Feed feed, String host) {
    return host.equals(LOCAL) ? feed.source().pathPattern().base() : host;
  }

  /** The servers that serve the same files, in the order the feed names them; at least one. */
  List<String> servers();

  /**
   * Begins a session on the server that is best to use now.
   *
   * @throws SourceBusy when all connections stay in use for the feed's timeout
   * @throws SourceAway when no server can be used
   */
  SourceSession connect(Purpose purpose) throws SourceAway;

  /**
   * Begins a session on one of {@link #servers()}.
   *
   * @throws SourceBusy when all connections stay in use for the feed's timeout
   * @throws SourceAway when the server cannot be used
   */
  SourceSession connect(Purpose purpose, String server) throws SourceAway;
}
