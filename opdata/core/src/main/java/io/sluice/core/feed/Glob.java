package io.sluice.core.feed;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A pattern for names of counters, columns and fields: {@code *} any characters, {@code ?} one,
 * {@code [a-z]} one of a set, {@code {a,b}} one of several texts. Upper and lower case differ.
 */
public final class Glob {

  private final Pattern pattern;

  private Glob(String text) {
    this.pattern = GlobRegex.translate(text, Glob::refuse).pattern();
  }

  /**
   * Compiles a glob.
   *
   * @throws BadPatternException if a bracket or brace is not closed
   */
  public static Glob of(String text) {
    return new Glob(text);
  }

  /** Whether one of several globs matches a name. */
  public static Predicate<String> any(List<String> texts) {
    List<Glob> globs = texts.stream().map(Glob::of).toList();
    return name -> globs.stream().anyMatch(glob -> glob.matches(name));
  }

  private static String refuse(String inner) {
    throw new BadPatternException(
        "{" + inner + "} has no comma",
        "Braces hold alternatives such as {a,b}; write \\{ for a literal brace.");
  }

  /** Whether the whole name matches. */
  public boolean matches(String name) {
    return pattern.matcher(name).matches();
  }
}
