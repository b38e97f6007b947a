package io.sluice.handler.value;

/**
 * Reads a granularity: an ISO 8601 duration ({@code PT900S}, {@code PT15M}, {@code P1D}) or bare
 * seconds as 3GPP TS 32.401 has them.
 */
public final class PmDuration {

  /** No duration at all. */
  public static final int BAD = -1;

  private static final long MAX_SECONDS = 366L * 86_400;
  private static final long WEEK = 7L * 86_400;

  private PmDuration() {}

  /**
   * Reads a granularity.
   *
   * @return whole seconds, at least 1 and at most a year, or {@link #BAD}
   */
  public static int seconds(char[] chars, int offset, int length) {
    int from = Chars.skipBlanks(chars, offset, offset + length);
    int end = Chars.trimEnd(chars, from, offset + length);
    if (from == end) {
      return BAD;
    }
    long seconds = chars[from] == 'P' ? iso(chars, from + 1, end) : bare(chars, from, end);
    return seconds > 0 && seconds <= MAX_SECONDS ? (int) seconds : BAD;
  }

  private static long bare(char[] chars, int from, int end) {
    return end - from > 9 ? BAD : Chars.digits(chars, from, end, end - from);
  }

  /** Units from large to small, each at most once; weeks stand alone (ISO 8601, 4.4.3.2). */
  private static long iso(char[] chars, int from, int end) {
    long total = 0;
    long number = BAD;
    boolean time = false;
    long last = Long.MAX_VALUE;
    for (int i = from; i < end; i++) {
      int digit = chars[i] - '0';
      if (digit >= 0 && digit <= 9) {
        number = Math.min(MAX_SECONDS + 1, Math.max(number, 0) * 10 + digit);
      } else if (chars[i] == 'T' && !time && number == BAD) {
        time = true;
      } else {
        long unit = unit(chars[i], time);
        boolean alone = unit != WEEK || (total == 0 && i == end - 1);
        if (unit == BAD || number == BAD || unit >= last || !alone) {
          return BAD;
        }
        total += number * unit;
        number = BAD;
        last = unit;
      }
    }
    boolean whole = number == BAD && end > from && chars[end - 1] != 'T';
    return whole ? total : BAD;
  }

  private static long unit(char letter, boolean time) {
    return switch (letter) {
      case 'W' -> time ? BAD : WEEK;
      case 'D' -> time ? BAD : 86_400;
      case 'H' -> time ? 3_600 : BAD;
      case 'M' -> time ? 60 : BAD;
      case 'S' -> time ? 1 : BAD;
      default -> BAD;
    };
  }
}
