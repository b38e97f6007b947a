package io.sluice.getter.source;

import java.io.IOException;

/** There already is a file of the new name. */
public final class SourceNameTaken extends IOException {

  public SourceNameTaken(String host, String path) {
    super(Names.printable(path) + " already exists on " + host);
  }
}
