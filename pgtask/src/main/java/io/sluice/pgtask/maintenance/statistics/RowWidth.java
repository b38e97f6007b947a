package io.sluice.pgtask.maintenance.statistics;

/**
 * Adds up the columns of a row with the gaps that alignment leaves between them.
 *
 * <p>What is known of the position is its remainder modulo a power of two: after a text of any
 * length nothing is known, after an 8-byte number all is known again. A gap that depends on what is
 * not known counts with its mean. See
 * https://www.postgresql.org/docs/current/storage-page-layout.html#STORAGE-TUPLE-LAYOUT
 */
final class RowWidth {

  /** Longer values have a header of four bytes and are aligned; shorter ones have neither. */
  private static final int SHORT_VALUE = 127;

  private static final int MAX_ALIGN = 8;

  private double bytes;
  private int modulus = MAX_ALIGN;
  private int remainder;

  RowWidth add(ColumnStatistics column) {
    double present = 1 - column.nulls();
    if (column.fixed()) {
      bytes += present * (gap(column.align()) + column.length());
      if (present >= 0.5) {
        advance(column.align(), column.length());
      }
    } else {
      boolean aligned = column.bytes() > SHORT_VALUE;
      bytes += present * (column.bytes() + (aligned ? gap(column.align()) : 0));
      if (present > 0) {
        modulus = 1;
        remainder = 0;
      }
    }
    return this;
  }

  private double gap(int align) {
    if (align <= modulus) {
      return Math.floorMod(-remainder, align);
    }
    double sum = 0;
    for (int at = remainder; at < align; at += modulus) {
      sum += Math.floorMod(-at, align);
    }
    return sum * modulus / align;
  }

  private void advance(int align, int length) {
    if (align > modulus) {
      modulus = align;
      remainder = 0;
    } else {
      remainder += Math.floorMod(-remainder, align);
    }
    remainder = (remainder + length) % modulus;
  }

  /** With the gap that the next row's alignment leaves behind it. */
  double aligned() {
    return bytes + gap(MAX_ALIGN);
  }
}
