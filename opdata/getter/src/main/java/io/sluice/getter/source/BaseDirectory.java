package io.sluice.getter.source;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * What this process knows of a feed's base directory on one server, to tell an outage from files
 * that are gone: a mount point without its volume is a directory too, an empty one. Thread-safe.
 */
final class BaseDirectory {

  /**
   * The directory as it is now.
   *
   * @param key what tells it from another one in its place, null where the server cannot say
   * @param empty whether it has no entry at all
   */
  record Look(boolean present, Object key, boolean empty) {
    static final Look MISSING = new Look(false, null, true);
  }

  private final String server;
  private final String path;
  private final Clock clock;
  private Object key;
  private Instant listedAt;
  private long files;
  private boolean emptiedByUs;
  private boolean away;

  BaseDirectory(String server, String path, Clock clock) {
    this.server = server;
    this.path = path;
    this.clock = clock;
  }

  String path() {
    return path;
  }

  /** Whether the last look at it found it away, so that another server is the better choice. */
  synchronized boolean away() {
    return away;
  }

  /** After a whole listing: judges what it saw, and remembers it if it is credible. */
  synchronized void listed(Look look, long found, long filesBefore) throws BaseAway {
    if (listedAt == null && look.empty && filesBefore > 0) {
      throw outage("is empty, but held %,d files when it was last listed".formatted(filesBefore));
    }
    if (found == 0) {
      check(look, listedAt == null);
    }
    away = false;
    key = look.key;
    files = found;
    listedAt = clock.instant();
    emptiedByUs = false;
  }

  /** When a file is not there: whether that says something about the file. */
  synchronized void check(Look look) throws BaseAway {
    check(look, false);
    away = false;
  }

  /** Sluice itself has taken a file away: the directory may become empty by that. */
  synchronized void tookAway() {
    emptiedByUs = true;
  }

  BaseAway missing() {
    return outage("does not exist", "create it, mount it or correct the feed's path");
  }

  synchronized BaseAway unreadable(SourceFileFailed why) {
    away = true;
    return new BaseAway(why.getMessage());
  }

  private void check(Look look, boolean first) throws BaseAway {
    if (!look.present) {
      throw missing();
    }
    boolean comparable = key != null && look.key != null;
    boolean same = comparable && key.equals(look.key);
    if (comparable && !same && files > 0) {
      throw outage("is not the one that held %s".formatted(before()));
    }
    if (!look.empty || first || same) {
      return;
    }
    if (listedAt == null) {
      throw outage("is empty, and was not listed before");
    }
    if (files > 0 && !emptiedByUs) {
      throw outage("is empty, but held %s".formatted(before()));
    }
  }

  private String before() {
    return "%,d files at %s".formatted(files, listedAt.truncatedTo(ChronoUnit.SECONDS));
  }

  private BaseAway outage(String what) {
    return outage(what, "mount its volume, or wait for its next file");
  }

  private synchronized BaseAway outage(String what, String remedy) {
    away = true;
    return new BaseAway(
        "directory %s on %s %s; %s".formatted(Names.printable(path), server, what, remedy));
  }
}
