package io.sluice.pgtask.catalog;

import java.util.Locale;

/** A lock on a table or view, held until the transaction that takes it ends. */
public record TableLock(Mode mode, TableName table) {

  /**
   * From the weakest to the strongest, in the order of
   * https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES
   */
  public enum Mode {
    ACCESS_SHARE,
    ROW_SHARE,
    ROW_EXCLUSIVE,
    SHARE_UPDATE_EXCLUSIVE,
    SHARE,
    SHARE_ROW_EXCLUSIVE,
    EXCLUSIVE,
    ACCESS_EXCLUSIVE;

    /**
     * Reads {@code access share}.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public static Mode of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT).replace(' ', '_'));
    }

    @Override
    public String toString() {
      return name().replace('_', ' ');
    }
  }

  /** For people. */
  @Override
  public String toString() {
    return mode + " on " + table;
  }
}
