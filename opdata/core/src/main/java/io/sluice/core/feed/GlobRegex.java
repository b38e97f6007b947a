package io.sluice.core.feed;

import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Translates one glob to a regular expression: {@code *} any characters, {@code ?} one, {@code
 * [a-z]} and {@code [!a-z]} one of a set, {@code {a,b}} one of several texts, {@code \} takes the
 * next character literally. Braces without a comma are the caller's to translate.
 */
final class GlobRegex {

  private final String glob;
  private final UnaryOperator<String> placeholder;
  private final StringBuilder regex = new StringBuilder();
  private boolean literal = true;
  private int at;

  private GlobRegex(String glob, UnaryOperator<String> placeholder) {
    this.glob = glob;
    this.placeholder = placeholder;
  }

  /**
   * A translated glob.
   *
   * @param pattern to match a whole name
   * @param literal true if only one text can match
   */
  record Translated(Pattern pattern, boolean literal) {}

  static Translated translate(String glob, UnaryOperator<String> placeholder) {
    return new GlobRegex(glob, placeholder).translate();
  }

  private Translated translate() {
    while (at < glob.length()) {
      char c = glob.charAt(at);
      switch (c) {
        case '*' -> any(".*");
        case '?' -> any(".");
        case '[' -> set();
        case '{' -> braces();
        case '\\' -> escaped();
        default -> plain(c);
      }
    }
    try {
      return new Translated(Pattern.compile(regex.toString(), Pattern.DOTALL), literal);
    } catch (PatternSyntaxException e) {
      throw new BadPatternException(
          "'" + glob + "' is not a glob: " + e.getDescription(),
          "Put a backslash before a character that you mean literally.");
    }
  }

  private void any(String expression) {
    regex.append(expression);
    literal = false;
    at++;
  }

  private void plain(char c) {
    regex.append(Pattern.quote(String.valueOf(c)));
    at++;
  }

  private void escaped() {
    if (at + 1 == glob.length()) {
      throw new BadPatternException(
          "'" + glob + "' ends with a backslash", "Write \\\\ for a backslash itself.");
    }
    at++;
    plain(glob.charAt(at));
  }

  private void set() {
    int end = glob.indexOf(']', at + 2);
    if (end < 0) {
      throw new BadPatternException(
          "'" + glob + "' has a [ without a ]", "Close the set, or write \\[ for a bracket.");
    }
    String members = glob.substring(at + 1, end);
    boolean negated = members.startsWith("!") || members.startsWith("^");
    String body = negated ? members.substring(1) : members;
    regex
        .append(negated ? "[^" : "[")
        .append(body.replaceAll("[\\\\\\[\\]^&]", "\\\\$0"))
        .append(']');
    literal = false;
    at = end + 1;
  }

  private void braces() {
    int end = glob.indexOf('}', at);
    if (end < 0) {
      throw new BadPatternException(
          "'" + glob + "' has a { without a }", "Close the brace, or write \\{ for a brace.");
    }
    String inner = glob.substring(at + 1, end);
    if (inner.indexOf('{') >= 0) {
      throw new BadPatternException(
          "'" + glob + "' has nested braces", "Write all alternatives in one pair of braces.");
    }
    regex.append(inner.indexOf(',') >= 0 ? alternatives(inner) : placeholder.apply(inner));
    literal = false;
    at = end + 1;
  }

  private String alternatives(String inner) {
    StringBuilder group = new StringBuilder("(?:");
    for (String alternative : inner.split(",", -1)) {
      group.append(translate(alternative, placeholder).pattern().pattern()).append('|');
    }
    group.setCharAt(group.length() - 1, ')');
    return group.toString();
  }
}
