package io.sluice.getter.source;

import io.sluice.core.feed.PathPattern;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;

/**
 * One system that holds files of a feed.
 *
 * <p>Failures are of three kinds: {@link SourceFileMissing}, {@link SourceFileDenied}, and for all
 * others {@link SourceAway}, after which the whole system is left alone for a while. Safe for use
 * by many threads.
 */
public interface Source {

  /** The host of a directory. */
  String LOCAL = "localhost";

  /** The system's name in the ledger, metrics and commands: a host, or {@link #LOCAL}. */
  String host();

  /**
   * Streams the files at and below a pattern's level, without ever holding a directory in memory.
   *
   * @param level where to start, at the pattern's base
   * @param base the directory of that level
   * @return what was seen and what was left out
   */
  Listing list(PathPattern.Level level, String base, Consumer<SourceFile> files) throws IOException;

  /** Size and time of a file now. */
  SourceFile stat(String path) throws IOException;

  /**
   * Opens a file.
   *
   * @param offset in bytes, where to start: not 0 when a broken read goes on
   */
  InputStream open(String path, long offset) throws IOException;

  /** Deletes a file. */
  void delete(String path) throws IOException;

  /**
   * Renames a file, making the directories it needs. Fails when the new name is taken.
   *
   * @throws SourceNameTaken when it is
   */
  void rename(String from, String to) throws IOException;
}
