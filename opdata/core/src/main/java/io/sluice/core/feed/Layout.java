package io.sluice.core.feed;

import java.util.Locale;

/** How rows of a target speak of what was measured; the ledger writes the name in lower case. */
public enum Layout {
  /** A column per counter. */
  WIDE,
  /** A row per counter. */
  TALL,
  /** The feed's own columns: CSV. */
  ROWS;

  /** As the ledger writes it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The layout of an {@link #id}. */
  public static Layout of(String id) {
    return valueOf(id.toUpperCase(Locale.ROOT));
  }
}
