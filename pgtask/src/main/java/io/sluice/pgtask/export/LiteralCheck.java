package io.sluice.pgtask.export;

import java.util.regex.Pattern;

/** What a file says is looked at before it becomes part of a statement. */
final class LiteralCheck {

  private static final Pattern BOUND =
      Pattern.compile(
          "MINVALUE|MAXVALUE|-?[0-9]+(\\.[0-9]+)?"
              + "|((timestamptz|timestamp|date) )?'[^'\\\\]*'(::[a-z0-9]+)?");

  private static final Pattern NAME =
      Pattern.compile("([a-z0-9_ .]|\"([^\"]|\"\")+\")+(\\([A-Za-z0-9, -]+\\)[a-z ]*)?(\\[])*");

  private LiteralCheck() {}

  /** Whether it is a bound and nothing else. */
  static boolean isBound(String text) {
    return BOUND.matcher(text).matches();
  }

  /** Whether it is a name as {@code format_type} or {@code quote_ident} write one. */
  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }
}
