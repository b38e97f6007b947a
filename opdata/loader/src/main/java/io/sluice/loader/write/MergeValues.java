package io.sluice.loader.write;

import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.Segment;
import io.sluice.core.feed.Layout;
import io.sluice.core.sql.SqlNames;
import io.sluice.loader.table.TargetTable.CounterColumn;
import java.util.List;
import java.util.stream.Collector;
import java.util.stream.Collectors;

/**
 * What becomes of single fields in a merge, as SQL: {@code s} is a row of the temporary table,
 * {@code t} the stored one.
 */
final class MergeValues {

  static final String NEWER = "s.\"_version\" >= t.\"_version\"";

  private final CopyGroup group;

  MergeValues(CopyGroup group) {
    this.group = group;
  }

  String collapsed() {
    return switch (group.table().layout()) {
      case WIDE ->
          cells().stream()
              .map(c -> "case when " + present(c) + " and " + equal(c) + " then 1 else 0 end")
              .collect(sum());
      default -> "case when " + allEqual() + " then 1 else 0 end";
    };
  }

  String replaced() {
    return switch (group.table().layout()) {
      case WIDE ->
          cells().stream()
              .map(
                  c ->
                      "case when %s and %s > 0 and not %s then 1 else 0 end"
                          .formatted(present(c), storedForms(c), equal(c)))
              .collect(
                  Collectors.collectingAndThen(
                      sum(), n -> "case when " + NEWER + " then 0 else " + n + " end"));
      default ->
          "case when %s or %s or %s then 0 else 1 end".formatted(NEWER, allEqual(), fillsAny());
    };
  }

  private List<Column> cells() {
    return group.columns().stream().filter(group::isCell).toList();
  }

  private static String equal(Column column) {
    return t(column) + " is not distinct from " + s(column);
  }

  private String allEqual() {
    return values().stream()
        .map(c -> "(not " + present(c) + " or " + equal(c) + ")")
        .collect(allOf());
  }

  private String fillsAny() {
    if (group.table().layout() == Layout.TALL) {
      return storedIsEmpty();
    }
    return values().stream()
        .map(c -> "(" + t(c) + " is null and " + s(c) + " is not null)")
        .collect(anyOf());
  }

  /** Of a tall row, none of the forms of its value is stored. */
  private String storedIsEmpty() {
    List<Column> forms = values().stream().filter(c -> !c.name().equals("suspect")).toList();
    return count(forms) + " = 0";
  }

  /** A newer version's field if the file had it; an older one's only where none is stored. */
  String merged(Column column) {
    if (!group.columns().contains(column)) {
      return "case when %s and %s then null else %s end"
          .formatted(NEWER, otherFormPresent(column), t(column));
    }
    String newer =
        "case when %s then %s when %s then null else %s end"
            .formatted(present(column), s(column), otherFormPresent(column), t(column));
    String older =
        group.table().layout() == Layout.TALL
            ? "case when %s then %s else %s end".formatted(storedIsEmpty(), s(column), t(column))
            : "case when %s = 0 then %s else %s end"
                .formatted(storedForms(column), s(column), t(column));
    return "case when " + NEWER + " then " + newer + " else " + older + " end";
  }

  /** A counter has one value, whatever its form: a newer one in another column ends this one. */
  private String otherFormPresent(Column column) {
    return forms(column).stream()
        .filter(form -> !form.equals(column))
        .filter(group.columns()::contains)
        .map(this::present)
        .collect(anyOf());
  }

  private static String count(List<Column> columns) {
    return "num_nonnulls("
        + columns.stream().map(MergeValues::t).collect(Collectors.joining(", "))
        + ")";
  }

  private String storedForms(Column column) {
    return count(forms(column));
  }

  /** The columns of this table that a counter's value may be in: its own, and that of decimals. */
  private List<Column> forms(Column column) {
    CounterColumn counter = group.table().counters().get(column.name());
    if (counter == null || group.table().layout() != Layout.WIDE) {
      return List.of(column);
    }
    return group.table().counters().values().stream()
        .filter(c -> c.counter().equals(counter.counter()))
        .map(CounterColumn::column)
        .toList();
  }

  /** Whether the file had a field; see {@link Segment#presence}. */
  private String present(Column column) {
    String bitmap = "s." + MergeSql.PRESENT;
    return group.hasPresence()
        ? "(%s is null or get_bit(%s, %d) = 1)"
            .formatted(bitmap, bitmap, group.columns().indexOf(column))
        : "true";
  }

  /** Columns that are neither key nor origin. */
  List<Column> values() {
    return group.columns().stream()
        .filter(c -> !group.key().contains(c.name()))
        .filter(c -> !c.name().equals(Segment.FILE) && !c.name().equals(Segment.VERSION))
        .toList();
  }

  /** Columns of these rows' counters that these rows do not have. */
  List<Column> formsElsewhere() {
    return cells().stream()
        .flatMap(c -> forms(c).stream())
        .distinct()
        .filter(c -> !group.columns().contains(c))
        .toList();
  }

  private static Collector<CharSequence, ?, String> anyOf() {
    return joined(" or ", "false");
  }

  private static Collector<CharSequence, ?, String> allOf() {
    return joined(" and ", "true");
  }

  private static Collector<CharSequence, ?, String> sum() {
    return joined(" + ", "0");
  }

  private static Collector<CharSequence, ?, String> joined(String operator, String ofNone) {
    return Collectors.collectingAndThen(
        Collectors.joining(operator), terms -> terms.isEmpty() ? ofNone : "(" + terms + ")");
  }

  private static String s(Column column) {
    return "s." + SqlNames.quote(column.name());
  }

  static String t(Column column) {
    return "t." + SqlNames.quote(column.name());
  }
}
