package io.sluice.getter.source;

import java.io.IOException;

/**
 * The file is not there, while its feed's base directory is. From a {@link SourceReader}: on none
 * of the servers that serve the system's files; from a {@link SourceSession}: on its server.
 */
public final class SourceFileMissing extends IOException {

  public SourceFileMissing(String host, String path) {
    super(Names.printable(path) + " is no longer on " + host);
  }
}
