package io.sluice.core.ledger;

import io.sluice.core.chunk.PgType;
import io.sluice.core.ids.FileIds;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes rows by the file they came from, and marks the buckets that lost them (D3, D10). As many
 * must go as the ledger says were written: where fewer are found between the file's times, they are
 * looked for everywhere.
 */
final class LoadedRows {

  private static final Logger LOG = LoggerFactory.getLogger(LoadedRows.class);

  /**
   * @param times what rows and partitions go by, if anything
   * @param counted whether the ledger knows how many rows of a file there are; merged ones may have
   *     gone over to another file
   */
  private record Table(
      int id,
      String schema,
      String name,
      Optional<RowTimes> times,
      boolean hasElement,
      boolean counted) {

    String qualified() {
      return SqlNames.qualified(schema, name);
    }
  }

  /** What the ledger says of a file: rows written, and the first and last time among them. */
  private record Recorded(
      long fileId, String path, long rows, Instant firstTime, Instant lastTime) {}

  /** Of a file in flight its work tells what is in the tables now; else the file itself. */
  private static final String RECORDED =
      """
      select f.id, f.path, least(f.first_time, w.first_time) as first_time,
             greatest(f.last_time, w.last_time) as last_time,
             case when coalesce(w.tables, f.tables) = '{}' then 0 else coalesce(w.rows, f.rows) end as rows
      from sluice.file f left join sluice.work w on w.file_id = f.id where f.id = any (?) and f.day = any (?)
      order by f.id
      """;

  private static final String TABLES =
      """
      with used as (
        select unnest(tables) as id from sluice.file where id = any (?) and day = any (?)
        union select unnest(tables) from sluice.work where file_id = any (?))
      select t.id, g.schema_name, t.table_name, g.time_column, g.layout <> 'rows' as has_element,
             g.mode = 'append' as counted, a.atttypid::bigint as time_type
      from used u join sluice.target_table t on t.id = u.id join sluice.target g on g.id = t.target_id
      join pg_attribute f on f.attrelid = to_regclass(format('%I.%I', g.schema_name, t.table_name))
        and f.attname = '_file' and not f.attisdropped
      left join pg_attribute a on a.attrelid = f.attrelid and a.attname = g.time_column and not a.attisdropped
      order by g.schema_name, t.table_name
      """;

  /** Partitions that were detached keep their rows, and may come back. */
  private static final String DETACHED =
      """
      select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attname = '_file' and a.atttypid = 'bigint'::regtype
      where n.nspname = ? and c.relkind = 'r' and not c.relispartition and starts_with(c.relname, left(?, 40))
        and c.relname ~ '_p[0-9]{6,8}(_[0-9]{4}z)?(_[0-9]+)?$' and has_table_privilege(c.oid, 'select')
      order by 1
      """;

  private static final Set<PgType> TIMES =
      EnumSet.of(PgType.TIMESTAMPTZ, PgType.TIMESTAMP, PgType.DATE);

  private final Connection connection;
  private final List<Recorded> files;
  private final List<Table> tables;
  private final Map<Long, Long> deleted = new HashMap<>();

  private LoadedRows(Connection connection, List<Recorded> files, List<Table> tables) {
    this.connection = connection;
    this.files = files;
    this.tables = tables;
  }

  /**
   * @param zone of the feed
   * @throws RowsRemain when rows are left where they would come back
   */
  static void delete(Connection connection, Collection<Long> files, ZoneId zone)
      throws SQLException {
    if (files.isEmpty()) {
      return;
    }
    new LoadedRows(connection, recorded(connection, files), tables(connection, files, zone))
        .delete();
  }

  private static List<Recorded> recorded(Connection connection, Collection<Long> files)
      throws SQLException {
    return Sql.list(
        connection,
        RECORDED,
        row ->
            new Recorded(
                row.getLong("id"),
                row.getString("path"),
                row.getLong("rows"),
                Sql.instant(row, "first_time"),
                Sql.instant(row, "last_time")),
        Sql.longs(files),
        FileIds.days(files));
  }

  private static List<Table> tables(Connection connection, Collection<Long> files, ZoneId zone)
      throws SQLException {
    return Sql.list(
        connection,
        TABLES,
        row ->
            new Table(
                row.getInt("id"),
                row.getString("schema_name"),
                row.getString("table_name"),
                times(row, zone),
                row.getBoolean("has_element"),
                row.getBoolean("counted")),
        Sql.longs(files),
        FileIds.days(files),
        Sql.longs(files));
  }

  private static Optional<RowTimes> times(ResultSet row, ZoneId zone) throws SQLException {
    String column = row.getString("time_column");
    return PgType.ofOid((int) row.getLong("time_type"))
        .filter(TIMES::contains)
        .map(type -> new RowTimes(column, type, zone));
  }

  private void delete() throws SQLException {
    for (Table table : tables) {
      delete(table, ids(files), bounds(table));
    }
    List<Recorded> lacking = missing();
    if (lacking.isEmpty()) {
      return;
    }
    for (Table table : tables) {
      delete(table, ids(lacking), Optional.empty());
    }
    for (Recorded file : missing()) {
      checkGone(file);
    }
  }

  private List<Recorded> missing() {
    return files.stream()
        .filter(file -> deleted.getOrDefault(file.fileId, 0L) < file.rows)
        .toList();
  }

  private static List<Long> ids(List<Recorded> files) {
    return files.stream().map(Recorded::fileId).toList();
  }

  /** From the first to the last time of all the files, where all of them have times. */
  private Optional<RowTimes.Between> bounds(Table table) {
    boolean known = files.stream().allMatch(f -> f.firstTime != null && f.lastTime != null);
    if (!known) {
      return Optional.empty();
    }
    Instant first = files.stream().map(Recorded::firstTime).min(Instant::compareTo).orElseThrow();
    Instant last = files.stream().map(Recorded::lastTime).max(Instant::compareTo).orElseThrow();
    return table.times.map(times -> times.between(first, last));
  }

  private void delete(Table table, List<Long> ids, Optional<RowTimes.Between> bounds)
      throws SQLException {
    String slice = table.hasElement ? "element & 15" : "0";
    String sql =
        """
        with gone as (delete from %s where _file = any (?)%s returning _file, %s as bucket, %s as slice),
        marked as (
          insert into sluice.mark (table_id, bucket, slice)
          select distinct %d, bucket, slice from gone where bucket is not null)
        select _file, count(*) from gone group by 1
        """
            .formatted(
                table.qualified(),
                bounds.map(RowTimes.Between::sql).orElse(""),
                table.times.map(RowTimes::bucket).orElse("null::timestamptz"),
                slice,
                table.id);
    Object[] values =
        bounds
            .map(b -> new Object[] {Sql.longs(ids), b.first(), b.last()})
            .orElseGet(() -> new Object[] {Sql.longs(ids)});
    Sql.list(connection, sql, row -> Map.entry(row.getLong(1), row.getLong(2)), values)
        .forEach(gone -> deleted.merge(gone.getKey(), gone.getValue(), Long::sum));
  }

  /** Rows that nobody will see again cannot double; any other must not be forgotten. */
  private void checkGone(Recorded file) throws SQLException {
    long found = deleted.getOrDefault(file.fileId, 0L);
    for (Table table : tables) {
      for (String place : placesOf(table)) {
        long left = count(place, file);
        if (left > 0) {
          throw new RowsRemain(
              "of %s (file %d) %d rows were loaded and %d could be deleted, but %s holds %d more, which would double; attach or drop it, or let its rows be deleted"
                  .formatted(file.path, file.fileId, file.rows, found, place, left));
        }
      }
    }
    if (tables.stream().allMatch(Table::counted)) {
      LOG.warn(
          "of file={} path={} {} rows were loaded and {} were still there: the others were deleted or dropped by somebody else",
          file.fileId,
          file.path,
          file.rows,
          found);
    }
  }

  private Set<String> placesOf(Table table) throws SQLException {
    List<String> detached =
        Sql.list(connection, DETACHED, row -> row.getString(1), table.schema, table.name);
    Set<String> places = new LinkedHashSet<>(detached);
    places.add(table.qualified());
    return places;
  }

  private long count(String place, Recorded file) throws SQLException {
    String sql = "select count(*) from " + place + " where _file = ?";
    return Sql.one(connection, sql, row -> row.getLong(1), file.fileId);
  }
}
