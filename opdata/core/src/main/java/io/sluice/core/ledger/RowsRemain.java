package io.sluice.core.ledger;

/**
 * Rows of an earlier handling or version could not be deleted, so that loading the new ones would
 * double them.
 */
public final class RowsRemain extends RuntimeException {

  private static final long serialVersionUID = 1L;

  RowsRemain(String message) {
    super(message);
  }
}
