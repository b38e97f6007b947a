package io.sluice.loader;

import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.Segment;
import io.sluice.core.sql.SqlNames;
import io.sluice.loader.TargetTable.CounterColumn;
import io.sluice.loader.TargetTable.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collector;
import java.util.stream.Collectors;

/**
 * The statements of one merge. {@code s} is a row of the temporary table, {@code t} the stored one.
 * Order of parameters: bounds of the times where there are any, then the pass where rows are
 * ranked.
 */
final class MergeSql {

  private static final String NEWER = "s.\"_version\" >= t.\"_version\"";

  private final CopyGroup group;
  private final String target;
  private final String temp;
  private final List<String> key;
  private final Optional<Column> time;

  MergeSql(CopyGroup group) {
    this.group = group;
    this.target = group.table().qualified();
    this.temp = "pg_temp." + SqlNames.quote(TempTables.name(group.table()));
    this.key = TableNeeds.keyNames(group.head());
    this.time =
        group.columns().stream()
            .filter(c -> group.table().timeColumn().equals(Optional.of(c.name())))
            .filter(c -> key.contains(c.name()))
            .findFirst();
  }

  String temp() {
    return temp;
  }

  boolean isTimed() {
    return time.isPresent();
  }

  /** Rows, the most of one key, rows without a whole key, first and last time. */
  String profile() {
    String times =
        time.map(c -> SqlNames.quote(c.name()))
            .map(t -> ", min(" + t + ") as first, max(" + t + ") as last")
            .orElse("");
    String bounds = time.isPresent() ? ", min(first)::text, max(last)::text" : "";
    return "select coalesce(sum(n), 0), coalesce(max(n), 0), coalesce(sum(n) filter (where incomplete), 0)"
        + bounds
        + " from (select count(*) as n, bool_or(num_nulls("
        + names("", key)
        + ") > 0) as incomplete"
        + times
        + " from "
        + temp
        + " group by "
        + names("", key)
        + ") k";
  }

  /** Numbers the rows of each key in the order of their versions. */
  String rank() {
    return """
        update %s s set _rank = r.n
        from (select ctid as id, row_number() over (partition by %s order by "_version", ctid) as n from %s) r
        where s.ctid = r.id
        """
        .formatted(temp, names("", key), temp);
  }

  String passRows() {
    return "select count(*) from " + temp + " where _rank = ?";
  }

  /** Whether rows with the beginning of these keys are stored; few lookups for many rows. */
  String mayMeet() {
    List<String> prefix = key.size() > 1 ? key.subList(0, key.size() - 1) : key;
    return "select exists (select from (select distinct %s from %s) s cross join lateral"
            .formatted(names("", prefix), temp)
        + " (select from %s t where %s%s limit 1) x)"
            .formatted(target, matches(prefix), inBounds());
  }

  /**
   * Locks the stored rows these rows meet, and counts what gives way, by file: rows, cells equal to
   * stored ones, cells that a newer stored version keeps out.
   */
  String meet(boolean ranked) {
    return """
        with met as materialized (
          select s."_file" as file, %s as collapsed, %s as replaced
          from %s s join %s t on %s where true%s%s order by %s for update of t)
        select file, count(*), sum(collapsed), sum(replaced) from met group by file
        """
        .formatted(
            collapsed(),
            replaced(),
            temp,
            target,
            matches(key),
            inBounds(),
            inPass(ranked),
            names("t.", key));
  }

  private String collapsed() {
    return switch (group.table().layout()) {
      case WIDE ->
          cells().stream()
              .map(c -> "case when " + present(c) + " and " + equal(c) + " then 1 else 0 end")
              .collect(sum());
      default -> "case when " + allEqual() + " then 1 else 0 end";
    };
  }

  private String replaced() {
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

  /** Writes those of the rows that change a stored one. */
  String update(boolean ranked) {
    List<Column> values = new ArrayList<>(values());
    values.addAll(formsElsewhere());
    List<String> sets = new ArrayList<>();
    values.forEach(c -> sets.add(SqlNames.quote(c.name()) + " = " + merged(c)));
    sets.add("\"_file\" = case when " + NEWER + " then s.\"_file\" else t.\"_file\" end");
    sets.add("\"_version\" = greatest(s.\"_version\", t.\"_version\")");
    String changes =
        values.stream()
            .map(c -> merged(c) + " is distinct from " + t(c))
            .collect(Collectors.joining(" or ", "(s.\"_version\" > t.\"_version\" or ", ")"));
    if (values.isEmpty()) {
      changes = "s.\"_version\" > t.\"_version\"";
    }
    return "update %s t set %s from %s s where %s%s%s and %s"
        .formatted(
            target,
            String.join(", ", sets),
            temp,
            matches(key),
            inBounds(),
            inPass(ranked),
            changes);
  }

  /** A newer version's field if the file had it; an older one's only where none is stored. */
  private String merged(Column column) {
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
        + columns.stream().map(MergeSql::t).collect(Collectors.joining(", "))
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

  /** See {@link Segment#PRESENT}. */
  private String present(Column column) {
    boolean tells = group.columns().get(group.columns().size() - 1).name().equals(Segment.PRESENT);
    return tells
        ? "(s._present is null or get_bit(s._present, %d) = 1)"
            .formatted(group.columns().indexOf(column))
        : "true";
  }

  String insert(boolean ranked) {
    String columns = names("", group.stored().stream().map(Column::name).toList());
    return "insert into %s (%s) select %s from %s s where true%s order by %s on conflict (%s) do nothing"
        .formatted(target, columns, columns, temp, inPass(ranked), names("", key), names("", key));
  }

  /** Columns that are neither key nor origin. */
  private List<Column> values() {
    return group.stored().stream()
        .filter(c -> !key.contains(c.name()))
        .filter(c -> !c.name().equals(Segment.FILE) && !c.name().equals(Segment.VERSION))
        .toList();
  }

  /** Columns of these rows' counters that these rows do not have. */
  private List<Column> formsElsewhere() {
    return cells().stream()
        .flatMap(c -> forms(c).stream())
        .distinct()
        .filter(c -> !group.columns().contains(c))
        .toList();
  }

  private static String matches(List<String> columns) {
    return columns.stream()
        .map(SqlNames::quote)
        .map(c -> "t." + c + " = s." + c)
        .collect(Collectors.joining(" and "));
  }

  private String inBounds() {
    return time.map(
            c -> {
              String cast = "?::" + c.type().sql();
              String column = t(c);
              return " and %s >= %s and %s <= %s".formatted(column, cast, column, cast);
            })
        .orElse("");
  }

  private static String inPass(boolean ranked) {
    return ranked ? " and s._rank = ?" : "";
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

  private static String names(String alias, List<String> columns) {
    return columns.stream().map(c -> alias + SqlNames.quote(c)).collect(Collectors.joining(", "));
  }

  private static String s(Column column) {
    return "s." + SqlNames.quote(column.name());
  }

  private static String t(Column column) {
    return "t." + SqlNames.quote(column.name());
  }
}
