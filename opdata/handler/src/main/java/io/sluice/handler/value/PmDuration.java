package io.sluice.handler.value;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a granularity: an ISO 8601 duration ({@code PT900S}, {@code PT15M}, {@code P1D}) or bare
 * seconds as 3GPP TS 32.401 has them.
 */
public final class PmDuration {

  /** No duration at all. */
  public static final int BAD = -1;

  /** Units from large to small, each at most once; weeks stand alone (ISO 8601, 4.4.3.2). */
  private static final Pattern FORM =
      Pattern.compile(
          "(\\d{1,9})|P(?:0*(\\d{1,9})W|(?:0*(\\d{1,9})D)?"
              + "(?:T(?=\\d)(?:0*(\\d{1,9})H)?(?:0*(\\d{1,9})M)?(?:0*(\\d{1,9})S)?)?)");

  /** Seconds in the unit of each of its groups. */
  private static final int[] UNITS = {1, 7 * 86_400, 86_400, 3_600, 60, 1};

  private static final long MAX_SECONDS = 366L * 86_400;

  private PmDuration() {}

  /**
   * Reads a granularity.
   *
   * @return whole seconds, at least 1 and at most a year, or {@link #BAD}
   */
  public static int seconds(String text) {
    Matcher form = FORM.matcher(text.trim());
    if (!form.matches()) {
      return BAD;
    }
    long seconds = 0;
    for (int i = 0; i < UNITS.length; i++) {
      String number = form.group(i + 1);
      seconds += number == null ? 0 : Long.parseLong(number) * UNITS[i];
    }
    return seconds > 0 && seconds <= MAX_SECONDS ? (int) seconds : BAD;
  }
}
