package io.sluice.core.fate;

/** What a failure means for the work at hand. */
public enum Fate {
  /** Lock or serialisation trouble: the whole batch again, at once or after a short wait. */
  RETRY_BATCH,
  /** The surroundings are broken: stop consuming, hand the work back, resume by itself. */
  PAUSE,
  /** This one target cannot take rows until a person acts; everything else goes on. */
  PARK_TARGET,
  /** Data the database refuses: split down to the row, which becomes a reject. */
  SPLIT,
  /** Not known: again, counted; dead-lettered at the limit. */
  UNKNOWN
}
