package io.sluice.handler.value;

import java.math.BigDecimal;
import java.util.stream.IntStream;

/**
 * Reads one decimal number, exactly. Up to 15 significant digits and a power of ten up to 22 are
 * computed from two exact doubles, which rounds correctly (Clinger 1990, "How to read floating
 * point numbers accurately"); the rest asks the JDK, and falls to {@link CellKind#NUMERIC} where a
 * double would not hold it.
 *
 * <p>Not for use by several threads.
 */
public final class NumberParser {

  private static final int MAX_LENGTH = 1_000;
  private static final int MAX_EXPONENT = 1_000;
  private static final int FAST_DIGITS = 15;
  private static final double EXACT_INTEGERS = 9_007_199_254_740_992d;
  private static final double[] POWERS =
      IntStream.rangeClosed(0, 22).mapToDouble(power -> Double.parseDouble("1e" + power)).toArray();

  private double number;
  private long mantissa;
  private int digits;
  private int scale;
  private int exponent;

  /** The number, after {@link CellKind#DOUBLE}. */
  public double number() {
    return number;
  }

  /**
   * Reads a slice.
   *
   * @return {@code DOUBLE}, {@code NUMERIC} or {@code TEXT}; blanks around the number are not
   *     accepted
   */
  public CellKind parse(char[] chars, int from, int end) {
    if (end <= from || end - from > MAX_LENGTH) {
      return CellKind.TEXT;
    }
    boolean negative = chars[from] == '-';
    int start = negative || chars[from] == '+' ? from + 1 : from;
    if (!scan(chars, start, end)) {
      return CellKind.TEXT;
    }
    int power = exponent - scale;
    if (digits <= FAST_DIGITS && power >= -22 && power <= 22) {
      double value = power < 0 ? mantissa / POWERS[-power] : mantissa * POWERS[power];
      // No minus zero: PostgreSQL would print it.
      number = negative && mantissa != 0 ? -value : value;
      if (power <= 0 || value <= EXACT_INTEGERS) {
        return CellKind.DOUBLE;
      }
    }
    return slow(chars, from, end);
  }

  /** Sets mantissa, its significant digits, scale and exponent; false when it is no number. */
  private boolean scan(char[] chars, int start, int end) {
    mantissa = 0;
    digits = 0;
    scale = 0;
    exponent = 0;
    boolean any = false;
    boolean fraction = false;
    int i = start;
    for (; i < end; i++) {
      int digit = chars[i] - '0';
      if (digit >= 0 && digit <= 9) {
        any = true;
        digits += digits > 0 || digit > 0 ? 1 : 0;
        if (digits <= 18) {
          mantissa = mantissa * 10 + digit;
        }
        scale += fraction ? 1 : 0;
      } else if (chars[i] == '.' && !fraction) {
        fraction = true;
      } else {
        break;
      }
    }
    return any && (i == end || scanExponent(chars, i, end));
  }

  private boolean scanExponent(char[] chars, int at, int end) {
    if ((chars[at] | 0x20) != 'e' || at + 1 >= end) {
      return false;
    }
    boolean negative = chars[at + 1] == '-';
    int i = negative || chars[at + 1] == '+' ? at + 2 : at + 1;
    int length = end - i;
    int value = length < 1 || length > 4 ? -1 : Chars.digits(chars, i, end, length);
    if (value < 0 || value > MAX_EXPONENT) {
      return false;
    }
    exponent = negative ? -value : value;
    return true;
  }

  private CellKind slow(char[] chars, int from, int end) {
    BigDecimal exact = new BigDecimal(chars, from, end - from);
    double nearest = exact.doubleValue();
    if (Double.isInfinite(nearest) || (nearest == 0 && exact.signum() != 0)) {
      return CellKind.NUMERIC;
    }
    boolean exactly = new BigDecimal(nearest).compareTo(exact) == 0;
    boolean integer = exact.stripTrailingZeros().scale() <= 0;
    if (!exactly && (integer || BigDecimal.valueOf(nearest).compareTo(exact) != 0)) {
      return CellKind.NUMERIC;
    }
    number = exact.signum() == 0 ? 0 : nearest;
    return CellKind.DOUBLE;
  }
}
