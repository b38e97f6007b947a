package io.sluice.getter.source;

import java.io.IOException;

/**
 * Size or time changed while the file was read: it is still being written, and read again later.
 */
public final class SourceFileChanged extends IOException {

  public SourceFileChanged(String host, SourceFile before, SourceFile after) {
    super(
        "%s on %s changed while it was read: %,d bytes of %s before, %,d of %s after"
            .formatted(
                Names.printable(before.path()),
                host,
                before.size(),
                before.modified(),
                after.size(),
                after.modified()));
  }
}
