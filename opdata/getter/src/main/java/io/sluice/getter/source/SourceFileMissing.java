package io.sluice.getter.source;

import java.io.IOException;

/** The file is no longer there. */
public final class SourceFileMissing extends IOException {

  private static final long serialVersionUID = 1L;

  public SourceFileMissing(String host, String path) {
    super(Names.printable(path) + " is no longer on " + host);
  }
}
