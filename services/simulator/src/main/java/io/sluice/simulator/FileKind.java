package io.sluice.simulator;

import java.util.Locale;

/** Why a file was written. */
public enum FileKind {
  NORMAL,
  /** Comes periods after its own. */
  LATE,
  /** Repeats cells of another file, or holds them twice for two jobs. */
  DUPLICATE,
  /** Same name as an earlier file, new values. */
  CORRECTION,
  /** Cannot be read, or not all of it. */
  BROKEN,
  /** From an element whose clock is decades off. */
  OUT_OF_WINDOW,
  /** Grows for a while under its final name. */
  GROWING;

  /** As in printed results, e.g. {@code out_of_window}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
