package io.sluice.getter.source;

import io.sluice.core.feed.PathPattern;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * Work on one server over one connection, by one thread. Everything a session does, its streams
 * included, takes place on that connection, so nobody who holds one waits for another.
 *
 * <p>Between two calls, with no stream open, a session that others have long waited for lets them
 * in first and goes on after them. To hold one over thousands of files is therefore no sin.
 *
 * <p>Failures: {@link SourceFileMissing}, {@link SourceFileDenied}, {@link SourceNameTaken} speak
 * of one file; {@link SourceAway} of the whole system. After the latter the session is good for
 * nothing but closing.
 */
public interface SourceSession extends AutoCloseable {

  /** The server it is connected to, one of {@link Source#servers()}. */
  String server();

  /**
   * Streams the files at and below a pattern's level, starting in the feed's base directory,
   * without ever holding a directory in memory. Each real directory is listed once, under the first
   * of its paths.
   *
   * @param level where to start, at the pattern's base
   * @param filesBefore how many files the last good listing had, maybe of another process; 0 if
   *     none or if the directory may well have become empty since
   * @return what was seen and what was left out
   * @throws SourceAway also when the base directory is missing, or empty or another one although it
   *     lately held files, as a mount point without its volume is
   */
  Listing list(PathPattern.Level level, long filesBefore, Consumer<SourceFile> files)
      throws IOException;

  /**
   * Size and time of a file now.
   *
   * @throws SourceFileMissing when it is not on this server, although the base directory is there
   */
  SourceFile stat(String path) throws IOException;

  /**
   * Opens a file.
   *
   * @param file as it was listed; that it is no longer so is for the caller to see, from the bytes
   *     and from {@link SourceStream#stat()}
   * @param offset in bytes, where to start: not 0 when a broken read goes on
   * @throws SourceFileMissing when it is not on this server, although the base directory is there
   */
  SourceStream open(SourceFile file, long offset) throws IOException;

  /** Deletes a file. */
  void delete(String path) throws IOException;

  /**
   * Renames a file, making the directories it needs. Fails when the new name is taken.
   *
   * @throws SourceNameTaken when it is
   */
  void rename(String from, String to) throws IOException;

  /** Gives the connection back. */
  @Override
  void close();
}
