package io.sluice.getter.source;

import java.util.ArrayList;
import java.util.List;

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
  private long unsafeNames;
  private long unreadable;
  private long repeated;
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
    return unsafeNames;
  }

  /** Files and directories the login may not read, left out. */
  public long unreadable() {
    return unreadable;
  }

  /** Files and directories that were listed under another path already, left out. */
  public long repeated() {
    return repeated;
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

  void unsafeName(String path) {
    unsafeNames++;
    leaveOut(path, Why.UNUSABLE_NAME);
  }

  void unreadable(String path) {
    unreadable++;
    leaveOut(path, Why.NO_PERMISSION);
  }

  void repeated(String path) {
    repeated++;
    leaveOut(path, Why.OTHER_PATH);
  }

  private void leaveOut(String path, Why why) {
    if (leftOut.size() < MOST_NAMED) {
      leftOut.add(new LeftOut(Names.printable(path), why));
    }
  }
}
