package io.sluice.pgtask.export;

import java.io.IOException;
import java.sql.SQLException;

/** An export that cannot be written or is not whole; the message is for people. */
final class ExportException extends IOException {

  private static final long serialVersionUID = 1L;

  ExportException(String message) {
    this(message, null);
  }

  ExportException(String message, Throwable cause) {
    super(message, cause);
  }

  /** As the failure of a step. */
  static SQLException failed(IOException e) {
    return new SQLException(e.getMessage(), null, e);
  }
}
