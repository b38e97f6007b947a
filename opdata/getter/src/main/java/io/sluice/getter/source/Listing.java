package io.sluice.getter.source;

import java.util.ArrayList;
import java.util.List;

/**
 * What one listing saw. Every entry that could be a file of the feed is either passed on or counted
 * here; the first few names left out are kept as examples.
 */
public final class Listing {

  private static final int EXAMPLES = 5;

  private long files;
  private long directories;
  private long unsafeNames;
  private long unreadable;
  private long repeated;
  private final List<String> examples = new ArrayList<>();

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

  /** The first few entries left out, for the log. */
  public List<String> examples() {
    return List.copyOf(examples);
  }

  void file() {
    files++;
  }

  void directory() {
    directories++;
  }

  void unsafeName(String path) {
    unsafeNames++;
    example(path);
  }

  void unreadable(String path) {
    unreadable++;
    example(path);
  }

  void repeated(String path) {
    repeated++;
    example(path);
  }

  private void example(String path) {
    if (examples.size() < EXAMPLES) {
      examples.add(Names.printable(path));
    }
  }
}
