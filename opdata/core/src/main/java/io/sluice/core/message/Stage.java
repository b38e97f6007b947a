package io.sluice.core.message;

import java.util.Locale;

/** The steps of the straight line that have a queue, in order. */
public enum Stage {
  FETCH,
  HANDLE,
  LOAD,
  SETTLE;

  /** As the ledger and the metrics write it: {@code fetch}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Stage of(String id) {
    return valueOf(id.toUpperCase(Locale.ROOT));
  }

  /** The live queue, or the bulk one that replays, first scans and old periods use. */
  public String queue(boolean bulk) {
    return "sluice." + id() + (bulk ? ".bulk" : "");
  }

  public String deadQueue() {
    return "sluice." + id() + ".dead";
  }
}
