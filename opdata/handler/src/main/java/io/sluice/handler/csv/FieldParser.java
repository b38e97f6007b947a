package io.sluice.handler.csv;

import io.sluice.core.chunk.CopyBuffer;

/** Reads a field as its column's type and writes it. */
interface FieldParser {

  /**
   * Writes the value.
   *
   * @return null when it was written, else what is wrong with it
   */
  BadField put(CopyBuffer rows, char[] chars, int from, int length);

  /** The value written last, microseconds since 1970, for types that are times. */
  default long micros() {
    throw new UnsupportedOperationException("not a time");
  }
}
