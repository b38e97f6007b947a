package io.sluice.core.ledger;

/**
 * Rows of an earlier handling or version could not be deleted, so that loading the new ones would
 * double them.
 */
public final class RowsRemain extends RuntimeException {

  RowsRemain(String message) {
    super(message);
  }
}
