package io.sluice.pgtask.catalog;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The range of a partition: from inclusive, to exclusive, as {@link KeyType} counts.
 *
 * @param lower literal for {@code FROM (…)}, {@code MINVALUE} included
 * @param upper literal for {@code TO (…)}
 */
public record Bounds(long from, long to, String lower, String upper) {

  private static final Pattern TEXT =
      Pattern.compile("FOR VALUES FROM \\(('[^']*'|[^()',]*)\\) TO \\(('[^']*'|[^()',]*)\\)");

  /** A range between two values. */
  public static Bounds of(KeyType type, long from, long to) {
    return new Bounds(from, to, type.literal(from), type.literal(to));
  }

  /** Reads what {@code pg_get_expr(relpartbound)} gives; empty if it is no range of one value. */
  static Optional<Bounds> parse(KeyType type, String expression) {
    Matcher matcher = TEXT.matcher(expression);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return read(type, matcher.group(1), matcher.group(2));
  }

  /** Reads literals as the ledger keeps them; empty if they are of another type. */
  public static Optional<Bounds> read(KeyType type, String lower, String upper) {
    return value(type, lower)
        .flatMap(from -> value(type, upper).map(to -> new Bounds(from, to, lower, upper)));
  }

  private static Optional<Long> value(KeyType type, String literal) {
    return switch (literal) {
      case "MINVALUE" -> Optional.of(KeyType.MIN);
      case "MAXVALUE" -> Optional.of(KeyType.MAX);
      default -> type.parse(literal.replace("'", ""));
    };
  }

  /** Whether any value lies in both. */
  public boolean overlaps(long otherFrom, long otherTo) {
    return from < otherTo && otherFrom < to;
  }

  public boolean contains(long value) {
    return from <= value && value < to;
  }

  /** For {@code ATTACH PARTITION}. */
  public String forValues() {
    return "for values from (" + lower + ") to (" + upper + ")";
  }

  /** For people. */
  @Override
  public String toString() {
    return "[" + lower + ", " + upper + ")";
  }
}
