package io.sluice.pgtask.task;

/** The unit of a whole number that counts time since 1970-01-01T00:00:00Z. */
public enum Epoch implements TimeEncoding {
  SECONDS(1_000_000_000L),
  MILLISECONDS(1_000_000L),
  MICROSECONDS(1_000L),
  NANOSECONDS(1L);

  private final long nanos;

  Epoch(long nanos) {
    this.nanos = nanos;
  }

  /** Nanoseconds in one unit. */
  public long nanos() {
    return nanos;
  }
}
