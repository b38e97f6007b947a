package io.sluice.pgtask.partition;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.core.sql.Transactions;
import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.KeyType;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.SqlStep;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The tables that the loader made for a feed, those that it shares with the feed that made them and
 * is gone, and the marks on them (D10).
 */
public final class FeedTables {

  /** Its latest files tell where a feed writes: that its template fits a table is no proof. */
  private static final String TABLES =
      """
      with written as (
        select unnest(tables) as id
        from (select tables from sluice.file where feed = ? order by found_at desc limit 1000) f)
      select t.id, t.target_id, g.schema_name, t.table_name, g.mode
      from sluice.target g join sluice.target_table t on t.target_id = g.id
      where t.made and (g.feed = ? or g.feed = any (?) and g.id in (
        select w.target_id from sluice.target_table w join written using (id)))
      """;

  private static final String MARKS =
      """
      select count(*), string_agg(distinct r.reader, ', ')
      from sluice.mark m left join sluice.mark_reader r on r.table_id = m.table_id
      where m.table_id = ? and m.bucket >= ?::timestamptz and m.bucket < ?::timestamptz
      """;

  private final Transactions ledger;

  private final Predicate<String> isGone;

  /**
   * @param isGone whether a feed is declared no more
   */
  public FeedTables(Transactions ledger, Predicate<String> isGone) {
    this.ledger = ledger;
    this.isGone = isGone;
  }

  /** The tables that the task of a feed rotates, as far as they are partitioned. */
  public Set<TableName> names(String feed) {
    return of(feed).keySet();
  }

  Map<TableName, FeedTable> of(String feed) {
    return ledger.ledger(
        connection ->
            Sql.map(
                connection,
                TABLES,
                row -> new TableName(row.getString(3), row.getString(4)),
                row ->
                    new FeedTable(row.getInt(1), row.getInt(2), row.getString(5).equals("merge")),
                feed,
                feed,
                Sql.texts(gone(connection))));
  }

  private List<String> gone(Connection connection) throws SQLException {
    return Sql.strings(connection, "select distinct feed from sluice.target").stream()
        .filter(isGone)
        .toList();
  }

  /**
   * Open marks of a partition.
   *
   * @param readers who waits for them; null if nobody does
   */
  record Marks(long count, String readers) {}

  /**
   * Marks of the buckets that touch a partition. Buckets are hours (start, end], so the one before
   * its start may hold rows of exactly its start.
   */
  static Marks marks(Connection connection, FeedTable table, KeyType type, Bounds bounds)
      throws SQLException {
    return Sql.one(
        connection,
        MARKS,
        row -> new Marks(row.getLong(1), row.getString(2)),
        table.tableId(),
        first(type, bounds),
        time(type, bounds.to()));
  }

  /** Deletes them, but for the bucket that the next partition shares. */
  static SqlStep deleteMarks(TableName partition, FeedTable table, KeyType type, Bounds bounds) {
    String end =
        bounds.to() == KeyType.MAX
            ? "infinity"
            : instant(type, bounds.to()).minus(1, ChronoUnit.HOURS).toString();
    String sql =
        """
        delete from %s where ctid = any (array(
          select ctid from %s where table_id = %d and bucket >= '%s' and bucket < '%s' limit 10000))\
        """
            .formatted(
                SqlNames.qualified("sluice", "mark"),
                SqlNames.qualified("sluice", "mark"),
                table.tableId(),
                first(type, bounds),
                end);
    return SqlStep.batches(
        "delete the marks of %s, which nobody reads".formatted(partition), sql, "marksDeleted");
  }

  private static String first(KeyType type, Bounds bounds) {
    return bounds.from() == KeyType.MIN
        ? "-infinity"
        : instant(type, bounds.from())
            .minus(1, ChronoUnit.MICROS)
            .truncatedTo(ChronoUnit.HOURS)
            .toString();
  }

  private static String time(KeyType type, long value) {
    return value == KeyType.MAX ? "infinity" : instant(type, value).toString();
  }

  /** As the loader counts: a time without zone is taken as one of UTC. */
  private static Instant instant(KeyType type, long value) {
    return type == KeyType.DATE
        ? Instant.EPOCH.plus(value, ChronoUnit.DAYS)
        : Instant.EPOCH.plus(value, ChronoUnit.MICROS);
  }
}
