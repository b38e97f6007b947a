package io.sluice.getter.source;

import io.sluice.core.staging.BlockStream;
import java.io.IOException;

/** The bytes of one open file. */
public abstract class SourceStream extends BlockStream {

  /**
   * Size and time of the file. At the end of the stream that is what they were after its last byte
   * was read, so that a caller who knows what was listed can tell whether it has read just that.
   */
  public abstract SourceFile stat() throws IOException;

  @Override
  public abstract void close();
}
