package io.sluice.core.ops;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.core.sql.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Whether the tables still hold what the ledger says was written: their rows are counted by {@code
 * _file}. One query a table, which takes ledger and rows from one snapshot and reads only the
 * partitions of the files' times. Files in flight are left out. Rows that a newer file took over in
 * merge mode are the newer file's; rows of a time whose partition a task of Sluice's own took out
 * have expired.
 */
public final class TableVerification {

  /**
   * The rows of the files of one feed and day in one table: expected = there + expired + missing,
   * unless a file has more than is expected of it.
   *
   * @param day UTC day of the files' periods
   * @param replaced rows that newer files took over, which are not expected
   * @param unknown files loaded by a release that did not count their rows by table
   */
  public record Count(
      String feed,
      Instant day,
      String table,
      long files,
      long expected,
      long there,
      long replaced,
      long expired,
      long missing,
      long unknown) {

    private Count plus(Held held, long lost) {
      return new Count(
          feed,
          day,
          table,
          files + 1,
          expected + (held.isKnown() ? held.expected : held.there),
          there + held.there,
          replaced + held.replaced,
          expired + (held.expired == null ? 0 : lost),
          missing + (held.expired == null ? lost : 0),
          unknown + (held.isKnown() ? 0 : 1));
    }
  }

  /**
   * A file of which a table lacks rows.
   *
   * @param state {@code missing} or {@code expired}
   * @param since when the partition of its time was taken out by a task; null if nobody knows
   */
  public record Loss(
      String feed,
      Instant period,
      String table,
      long fileId,
      String path,
      long expected,
      long there,
      String state,
      Instant since) {}

  /** All counts, oldest day first by feed and table, and the files that lack rows. */
  public record Result(List<Count> counts, List<Loss> losses) {

    /** Rows that should be there and are not. */
    public long missing() {
      return counts.stream().mapToLong(Count::missing).sum();
    }
  }

  private record Table(
      String feed, int id, String name, boolean exists, String timeColumn, Times times) {}

  /** Of all its files; null where one of them has no times. */
  private record Times(Instant first, Instant last) {

    /** Local times of the feed may be a day off; times in the ledger are cut to seconds. */
    private static final Duration ROUNDING = Duration.ofDays(1);

    Object[] bounds() {
      return new Object[] {first.minus(ROUNDING), last.plus(ROUNDING)};
    }
  }

  private record Held(
      long fileId,
      String path,
      Instant period,
      long expected,
      long replaced,
      long there,
      Instant expired) {

    boolean isKnown() {
      return expected >= 0;
    }
  }

  /** Tables that the files found then have rows in, and their times. */
  private static final String TABLES =
      """
      select f.feed, t.id, g.schema_name, t.table_name, a.attname as time_column,
             to_regclass(format('%I.%I', g.schema_name, t.table_name)) is not null as there,
             case when bool_and(f.first_time is not null) then min(f.first_time) end as first,
             case when bool_and(f.last_time is not null) then max(f.last_time) end as last
      from sluice.file f cross join unnest(f.tables) as u (id)
      join sluice.target_table t on t.id = u.id join sluice.target g on g.id = t.target_id
      left join pg_attribute a on a.attrelid = to_regclass(format('%I.%I', g.schema_name, t.table_name))
        and a.attname = g.time_column and not a.attisdropped
        and a.atttypid in ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype)
      where f.feed = any (?) and f.found_at >= coalesce(?::timestamptz, '-infinity')
        and f.found_at < coalesce(?::timestamptz, 'infinity')
      group by 1, 2, 3, 4, 5, 6 order by 1, 3, 4
      """;

  /**
   * Before counts were kept by table, a file with one table in append mode tells them all the same.
   */
  private static final String HELD =
      """
      with expected as materialized (
        select f.id, f.path, coalesce(f.period, f.mtime) as period, f.first_time, f.last_time,
               coalesce((select sum(o.rows) from sluice.overtaken o where o.file_id = f.id and o.table_id = g.id), 0)
                 as replaced,
               case when f.table_rows <> '{}' then f.table_rows[array_position(f.tables, g.id)]
                    when cardinality(f.tables) = 1 and g.mode = 'append' then f.rows end as rows
        from sluice.file f
        join (select t.id, g.mode from sluice.target_table t join sluice.target g on g.id = t.target_id where t.id = ?) g
          on f.tables @> array[g.id]
        where f.feed = ? and f.found_at >= coalesce(?::timestamptz, '-infinity')
          and f.found_at < coalesce(?::timestamptz, 'infinity')
          and not exists (select from sluice.work w where w.file_id = f.id)),
      there as (%s),
      expired as materialized (
        select trim(both '''' from replace(lower_bound, 'MINVALUE', '-infinity'))::timestamptz as lower,
               trim(both '''' from replace(upper_bound, 'MAXVALUE', 'infinity'))::timestamptz as upper, done_at
        from sluice.expired_partition x
        join sluice.target_table t on t.id = ? join sluice.target g on g.id = t.target_id
        where x.schema_name = g.schema_name and x.parent_name = t.table_name and x.done_at is not null
          and x.restored_at is null and lower_bound ~ '^(''\\d{4}-|MINVALUE)' and upper_bound ~ '^(''\\d{4}-|MAXVALUE)')
      select e.id as file_id, e.path, e.period, case when e.rows is null then -1 else greatest(e.rows - e.replaced, 0) end as expected,
             e.replaced,
             coalesce(t.rows, 0) as there,
             case when coalesce(t.rows, 0) < e.rows - e.replaced then (
               select max(x.done_at) from expired x where x.lower <= e.last_time and x.upper > e.first_time)
             end as expired
      from expected e left join there t on t.file = e.id order by e.id
      """;

  private static final Sql.RowMapper<Held> READ_HELD = Records.of(Held.class);

  private static final int FETCH = 10_000;

  private final Transactions transactions;
  private final Consumer<String> progress;
  private final Map<String, Count> counts = new TreeMap<>();
  private final List<Loss> losses = new ArrayList<>();

  /**
   * @param progress is told what is being counted
   */
  public TableVerification(Transactions transactions, Consumer<String> progress) {
    this.transactions = transactions;
    this.progress = progress;
  }

  /**
   * Counts the rows of files.
   *
   * @param feed glob, or null for all
   * @param found when the files were found
   */
  public Result verify(String feed, TimeRange found) {
    List<Table> tables = transactions.ledger(connection -> tables(connection, feed, found));
    for (int i = 0; i < tables.size(); i++) {
      Table table = tables.get(i);
      progress.accept("table %d of %d: %s".formatted(i + 1, tables.size(), table.name));
      transactions.ledger(
          connection -> {
            count(connection, table, found);
            return null;
          });
    }
    return new Result(List.copyOf(counts.values()), losses);
  }

  private static List<Table> tables(Connection connection, String feed, TimeRange found)
      throws SQLException {
    return Sql.list(
        connection,
        TABLES,
        row ->
            new Table(
                row.getString("feed"),
                row.getInt("id"),
                SqlNames.qualified(row.getString("schema_name"), row.getString("table_name")),
                row.getBoolean("there"),
                row.getString("time_column"),
                times(row)),
        Sql.texts(FileQuery.feeds(connection, feed)),
        found.from(),
        found.to());
  }

  private static Times times(ResultSet row) throws SQLException {
    Instant first = Sql.instant(row, "first");
    Instant last = Sql.instant(row, "last");
    return first == null || last == null ? null : new Times(first, last);
  }

  private void count(Connection connection, Table table, TimeRange found) throws SQLException {
    boolean bounded = table.timeColumn != null && table.times != null;
    String rows =
        "select null::bigint as file, 0::bigint as rows where false"; // of a table that is gone
    List<Object> values = new ArrayList<>();
    values.add(table.id);
    values.add(table.feed);
    values.add(found.from());
    values.add(found.to());
    if (table.exists) {
      rows = "select _file as file, count(*) as rows from " + table.name;
      if (bounded) {
        rows += " where %s between ? and ?".formatted(SqlNames.quote(table.timeColumn));
        values.addAll(List.of(table.times.bounds()));
      }
      rows += " group by _file";
    }
    values.add(table.id);
    try (PreparedStatement query =
        Sql.prepare(connection, HELD.formatted(rows), values.toArray())) {
      query.setFetchSize(FETCH); // a table may have rows of millions of files
      try (ResultSet files = query.executeQuery()) {
        while (files.next()) {
          add(table, READ_HELD.map(files));
        }
      }
    }
  }

  private void add(Table table, Held held) {
    long lost = Math.max(0, held.expected - held.there);
    Instant day = held.period.truncatedTo(ChronoUnit.DAYS);
    String name = table.name.replace("\"", "");
    counts.merge(
        String.join("\0", table.feed, day.toString(), name),
        new Count(table.feed, day, name, 0, 0, 0, 0, 0, 0, 0).plus(held, lost),
        (sum, none) -> sum.plus(held, lost));
    if (lost > 0) {
      losses.add(
          new Loss(
              table.feed,
              held.period,
              name,
              held.fileId,
              held.path,
              held.expected,
              held.there,
              held.expired == null ? "missing" : "expired",
              held.expired));
    }
  }
}
