package io.sluice.handler.format;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.fate.RejectFile;
import io.sluice.handler.encode.FileContext;
import io.sluice.handler.encode.FileCounts;
import java.io.InputStream;

/**
 * Reads the files of one feed into rows. Made once for many files, handled one after the other by
 * one thread: buffers, decoders and the memory of rows are kept from file to file. A file that
 * failed leaves nothing behind for the next one.
 */
public interface Format extends AutoCloseable {

  /**
   * Reads one file to its end; its rows go to the context's output, what cannot be read to its
   * rejects.
   *
   * @param staged the staged bytes as they came from the source, packed as gzip or not; stays the
   *     caller's to close
   * @param context of this file; its feed is the one the format was made for
   * @return what was read: of it, what is neither collapsed nor among the rejects is in the output
   * @throws RejectFile when the file cannot be read; it says where and why
   * @throws PauseStage when staging or the temporary directory fails
   */
  FileCounts read(InputStream staged, FileContext context);

  /** Lets go of buffers and temporary files. */
  @Override
  void close();
}
