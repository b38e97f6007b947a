package io.sluice.getter.source;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What one listing saw. Every entry that could be a file of the feed is either passed on or left
 * out, which is counted here.
 */
public final class Listing {

  private static final int MOST_NAMED = 10_000;

  /** Why an entry was left out, and what to do. */
  public enum Why {
    UNUSABLE_NAME("unusable_name: the name could lead elsewhere or cannot be written; rename it"),
    NO_PERMISSION("no_permission: let the feed's user read it"),
    OTHER_PATH("other_path: a link shows it a second time; it is listed under another path");

    private final String reason;

    Why(String reason) {
      this.reason = reason;
    }

    /** The short name, a colon, and the sentence. */
    public String reason() {
      return reason;
    }
  }

  /** An entry that was left out. */
  public record LeftOut(String path, Why why) {}

  private long files;
  private long directories;
  private final Map<Why, Long> counts = new EnumMap<>(Why.class);
  private final List<LeftOut> leftOut = new ArrayList<>();

  /** Files passed on. */
  public long files() {
    return files;
  }

  /** Directories read. */
  public long directories() {
    return directories;
  }

  /** Entries whose name could lead elsewhere or cannot be written down, left out. */
  public long unsafeNames() {
    return count(Why.UNUSABLE_NAME);
  }

  /** Files and directories the login may not read, left out. */
  public long unreadable() {
    return count(Why.NO_PERMISSION);
  }

  /** Files and directories that were listed under another path already, left out. */
  public long repeated() {
    return count(Why.OTHER_PATH);
  }

  /** The entries left out, the first ten thousand of them; further ones are only counted. */
  public List<LeftOut> leftOut() {
    return List.copyOf(leftOut);
  }

  void file() {
    files++;
  }

  void directory() {
    directories++;
  }

  private long count(Why why) {
    return counts.getOrDefault(why, 0L);
  }

  void leaveOut(String path, Why why) {
    counts.merge(why, 1L, Long::sum);
    if (leftOut.size() < MOST_NAMED) {
      leftOut.add(new LeftOut(Names.printable(path), why));
    }
  }
}
