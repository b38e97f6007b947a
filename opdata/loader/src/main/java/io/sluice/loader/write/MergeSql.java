package io.sluice.loader.write;

import io.sluice.core.chunk.Column;
import io.sluice.core.sql.SqlNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The statements of one merge. {@code s} is a row of the temporary table, {@code t} the stored one.
 * Order of parameters: bounds of the times where there are any, then the pass where rows are
 * ranked.
 */
final class MergeSql {

  /** Column of the temporary table: bitmap of the fields a row has, NULL where it has all. */
  static final String PRESENT = "_present";

  private final CopyGroup group;

  private final String target;

  private final String temp;

  private final List<String> key;

  private final Optional<Column> time;
  private final MergeValues fields;

  MergeSql(CopyGroup group) {
    this.group = group;
    this.fields = new MergeValues(group);
    this.target = group.table().qualified();
    this.temp = "pg_temp." + SqlNames.quote(TempTables.name(group.table()));
    this.key = group.key();
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
    return "select from (select distinct %s from %s) s cross join lateral"
            .formatted(names("", prefix), temp)
        + " (select from %s t where %s%s limit 1) x limit 1"
            .formatted(target, matches(prefix), inBounds());
  }

  /**
   * Locks the stored rows these rows meet, and counts what gives way, by file and the file of the
   * stored row: rows, cells equal to stored ones, cells that a newer stored version keeps out, rows
   * that go over to the file.
   */
  String meet(boolean ranked) {
    return """
        with met as materialized (
          select s."_file" as file, t."_file" as stored, %s as collapsed, %s as replaced,
                 %s and %s as overtakes
          from %s s join %s t on %s where true%s%s order by %s for update of t)
        select file, stored, count(*), sum(collapsed), sum(replaced), count(*) filter (where overtakes)
        from met group by file, stored
        """
        .formatted(
            fields.collapsed(),
            fields.replaced(),
            MergeValues.NEWER,
            changes(),
            temp,
            target,
            matches(key),
            inBounds(),
            inPass(ranked),
            names("t.", key));
  }

  /** Writes those of the rows that change a stored one. */
  String update(boolean ranked) {
    List<String> sets = new ArrayList<>();
    written().forEach(c -> sets.add(SqlNames.quote(c.name()) + " = " + fields.merged(c)));
    sets.add(
        "\"_file\" = case when " + MergeValues.NEWER + " then s.\"_file\" else t.\"_file\" end");
    sets.add("\"_version\" = greatest(s.\"_version\", t.\"_version\")");
    return "update %s t set %s from %s s where %s%s%s and %s"
        .formatted(
            target,
            String.join(", ", sets),
            temp,
            matches(key),
            inBounds(),
            inPass(ranked),
            changes());
  }

  private List<Column> written() {
    List<Column> values = new ArrayList<>(fields.values());
    values.addAll(fields.formsElsewhere());
    return values;
  }

  private String changes() {
    return written().stream()
        .map(c -> " or " + fields.merged(c) + " is distinct from " + MergeValues.t(c))
        .collect(Collectors.joining("", "(s.\"_version\" > t.\"_version\"", ")"));
  }

  String insert(boolean ranked) {
    String columns = names("", group.columns().stream().map(Column::name).toList());
    return "insert into %s (%s) select %s from %s s where true%s order by %s on conflict (%s) do nothing"
        .formatted(target, columns, columns, temp, inPass(ranked), names("", key), names("", key));
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
              String column = MergeValues.t(c);
              return " and %s >= %s and %s <= %s".formatted(column, cast, column, cast);
            })
        .orElse("");
  }

  private static String inPass(boolean ranked) {
    return ranked ? " and s._rank = ?" : "";
  }

  private static String names(String alias, List<String> columns) {
    return columns.stream().map(c -> alias + SqlNames.quote(c)).collect(Collectors.joining(", "));
  }
}
