package io.sluice.core.work;

import java.util.Locale;

/** Where a file in flight stands at its stage; the ledger writes the name in lower case. */
public enum WorkState {
  /** For the dispatcher, from a time on. */
  WAITING,
  /** In a batch. */
  QUEUED,
  /** Until something is put right; tried again from time to time. */
  PARKED,
  /** An archive, until its members have closed. */
  EXPANDED;

  /** As the ledger writes it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
