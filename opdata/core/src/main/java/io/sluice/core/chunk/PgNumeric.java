package io.sluice.core.chunk;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * numeric as numeric_send writes it (PostgreSQL, src/backend/utils/adt/numeric.c): ndigits, weight,
 * sign, dscale, then digits to the base 10,000.
 */
final class PgNumeric {

  private static final BigInteger BASE = BigInteger.valueOf(10_000);
  private static final int POSITIVE = 0x0000;
  private static final int NEGATIVE = 0x4000;

  private PgNumeric() {}

  static void write(CopyBuffer out, BigDecimal value) {
    BigDecimal plain = value.scale() < 0 ? value.setScale(0) : value;
    int scale = plain.scale();
    int fractionGroups = (scale + 3) / 4;
    BigInteger scaled = plain.abs().setScale(fractionGroups * 4).unscaledValue();
    short[] digits = digits(scaled);
    int first = 0;
    while (first < digits.length && digits[first] == 0) {
      first++;
    }
    int last = digits.length;
    while (last > first && digits[last - 1] == 0) {
      last--;
    }
    out.rawShort(last - first);
    out.rawShort(first == last ? 0 : digits.length - first - fractionGroups - 1);
    out.rawShort(value.signum() < 0 ? NEGATIVE : POSITIVE);
    out.rawShort(scale);
    for (int i = first; i < last; i++) {
      out.rawShort(digits[i]);
    }
  }

  private static short[] digits(BigInteger value) {
    int groups = (value.toString().length() + 3) / 4;
    short[] digits = new short[groups];
    BigInteger rest = value;
    for (int i = groups - 1; i >= 0; i--) {
      BigInteger[] parts = rest.divideAndRemainder(BASE);
      digits[i] = parts[1].shortValueExact();
      rest = parts[0];
    }
    return digits;
  }
}
