package io.sluice.getter.source;

import java.io.IOException;

/**
 * The server answers, but not with what was asked about this one file or directory. It is asked
 * again later; all others need not wait.
 */
public class SourceFileFailed extends IOException {

  public SourceFileFailed(String host, String path, String what, IOException cause) {
    super(
        "%s cannot %s %s: %s; check the file there"
            .formatted(host, what, Names.printable(path), cause.getMessage()),
        cause);
  }

  SourceFileFailed(String message) {
    super(message);
  }

  /** Short and stable, a metric label. */
  public String reason() {
    return "source";
  }
}
