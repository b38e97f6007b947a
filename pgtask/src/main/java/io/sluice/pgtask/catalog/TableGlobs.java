package io.sluice.pgtask.catalog;

import io.sluice.core.feed.BadPatternException;
import io.sluice.core.feed.Glob;
import java.util.Collection;
import java.util.List;

/**
 * Tables as tasks name them: {@code schema.table}, or a {@link Glob} over it. What stands in double
 * quotes is taken as it is, as in SQL, so that names can hold points and quotes. The same for
 * checking, explaining and doing.
 */
public final class TableGlobs {

  /** Stands for a point inside a name, which separates nothing; no name holds it. */
  private static final char INNER_POINT = '\uE000';

  private static final String SPECIAL = "*?[{\\";

  private final List<TableGlob> globs;

  private TableGlobs(List<TableGlob> globs) {
    this.globs = globs;
  }

  private record TableGlob(String text, boolean quoted, Glob glob) {

    static TableGlob of(String text) {
      return new TableGlob(text, text.indexOf('"') >= 0, Glob.of(plain(text)));
    }

    boolean matches(TableName name) {
      return glob.matches(
          quoted
              ? marked(name.schema()) + "." + marked(name.name())
              : name.schema() + "." + name.name());
    }
  }

  /**
   * @throws BadPatternException if one cannot be read; the message is for people
   */
  public static TableGlobs of(Collection<String> texts) {
    return new TableGlobs(texts.stream().map(TableGlob::of).toList());
  }

  /** A single name or glob. */
  public static TableGlobs of(String text) {
    return of(List.of(text));
  }

  /** Whether a text stands for more tables than one. */
  public static boolean isGlob(String text) {
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      quoted ^= c == '"';
      if (!quoted && SPECIAL.indexOf(c) >= 0) {
        return true;
      }
    }
    return false;
  }

  public boolean match(TableName name) {
    return globs.stream().anyMatch(glob -> glob.matches(name));
  }

  /** A table, or a partition by the name of any of its parents. */
  public boolean match(TableName name, Collection<TableName> parents) {
    return match(name) || parents.stream().anyMatch(this::match);
  }

  /** Whether a table is named as such, not met by a glob. */
  public boolean names(TableName name) {
    return globs.stream().anyMatch(glob -> !isGlob(glob.text) && glob.matches(name));
  }

  private static String marked(String name) {
    return name.replace('.', INNER_POINT);
  }

  /** The glob without quotes, and all that they hold escaped. */
  private static String plain(String text) {
    StringBuilder plain = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!quoted && c == '\\' && i + 1 < text.length()) {
        plain.append(c).append(text.charAt(++i));
      } else if (c != '"') {
        plain.append(quoted ? escaped(c) : String.valueOf(c));
      } else if (quoted && i + 1 < text.length() && text.charAt(i + 1) == '"') {
        plain.append(escaped('"'));
        i++;
      } else {
        quoted = !quoted;
      }
    }
    return plain.toString();
  }

  private static String escaped(char c) {
    return "\\" + (c == '.' ? INNER_POINT : c);
  }
}
