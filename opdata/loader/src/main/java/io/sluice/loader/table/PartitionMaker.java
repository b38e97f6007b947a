package io.sluice.loader.table;

import io.sluice.core.catalog.Names;
import io.sluice.core.catalog.RowSecurity;
import io.sluice.core.catalog.SchemaDdl;
import io.sluice.core.catalog.TargetStorage;
import io.sluice.core.catalog.TimePartitions;
import io.sluice.core.chunk.PgType;
import io.sluice.core.feed.Feed;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes what a period lacks of partitions without blocking writers (D9): CREATE TABLE LIKE, CHECK,
 * ATTACH. PARTITION OF would take ACCESS EXCLUSIVE on the parent; ATTACH takes SHARE UPDATE
 * EXCLUSIVE, and with the CHECK it need not read the new table. Partitions of another width, which
 * the feed had before, stay as they are, and new ones fill what they leave. See
 * https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE
 */
final class PartitionMaker {

  private static final String CHECK = "sluice_bounds";

  /** Names of the partitions that hold times of a period, with %1$s its range type. */
  private static final String THERE =
      """
      with part as (
        select c.relname, %1$srange(
            (regexp_match(pg_get_expr(c.relpartbound, c.oid), $$FROM \\('([^']*)'\\)$$))[1]::%2$s,
            (regexp_match(pg_get_expr(c.relpartbound, c.oid), $$TO \\('([^']*)'\\)$$))[1]::%2$s) as held
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = to_regclass(%3$s) and not i.inhdetachpending
          and pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT'),
      period as (select %1$srange(%4$s, %5$s) as whole)
      """;

  private static final String NAMES =
      "select relname from part, period where held && whole order by held";

  private static final String GAPS =
      """
      select lower(gap)::text, upper(gap)::text from period, unnest(
        %1$smultirange(whole) - coalesce((select range_agg(held) from part where held && whole), '{}')) gap
      """;

  private record Gap(String from, String to) {}

  private final TargetTable table;
  private final Feed feed;
  private final TimePartitions partitions;
  private final PgType timeType;

  PartitionMaker(TargetTable table, Feed feed, PgType timeType) {
    this.table = table;
    this.feed = feed;
    this.timeType = timeType;
    this.partitions = new TimePartitions(feed.target().partition(), feed.zone());
  }

  /** Names of the partitions that hold a period; none where they do not hold all of it. */
  Set<String> whole(Connection connection, Instant start) throws SQLException {
    return gaps(connection, start).isEmpty() ? names(connection, start) : Set.of();
  }

  /**
   * Makes what is missing of a period; runs inside {@link Ddl#change}.
   *
   * @return names of the partitions that hold it
   */
  Set<String> make(Connection connection, Instant start) throws SQLException {
    for (Gap gap : gaps(connection, start)) {
      make(connection, gap, freeName(connection, start));
    }
    return names(connection, start);
  }

  private Set<String> names(Connection connection, Instant start) throws SQLException {
    return new HashSet<>(Sql.strings(connection, sql(THERE + NAMES, start)));
  }

  private List<Gap> gaps(Connection connection, Instant start) throws SQLException {
    return Sql.list(
        connection, sql(THERE + GAPS, start), row -> new Gap(row.getString(1), row.getString(2)));
  }

  private String sql(String template, Instant start) {
    String range =
        switch (timeType) {
          case DATE -> "date";
          case TIMESTAMP -> "ts";
          default -> "tstz";
        };
    return template.formatted(
        range,
        timeType.sql(),
        SqlNames.literal(table.qualified()),
        literal(start),
        literal(end(start)));
  }

  /** A date is the same at the end of an hour as at its start. */
  private Instant end(Instant start) {
    Instant end = partitions.next(start);
    while (!local(end).isAfter(local(start))) {
      end = partitions.next(end);
    }
    return end;
  }

  private LocalDateTime local(Instant time) {
    return switch (timeType) {
      case DATE -> clock(time).truncatedTo(ChronoUnit.DAYS);
      case TIMESTAMP -> clock(time);
      default -> LocalDateTime.ofInstant(time, ZoneOffset.UTC);
    };
  }

  /** What a clock shows twice is sorted as if it were shown the first time. */
  private LocalDateTime clock(Instant time) {
    LocalDateTime shown = LocalDateTime.ofInstant(time, feed.zone());
    ZoneOffsetTransition change = feed.zone().getRules().getTransition(shown);
    boolean again = change != null && change.isOverlap() && !time.isBefore(change.getInstant());
    return again ? change.getDateTimeBefore() : shown;
  }

  private String literal(Instant bound) {
    return switch (timeType) {
      case DATE -> "date '" + local(bound).toLocalDate() + "'";
      case TIMESTAMP -> "timestamp '" + local(bound) + "'";
      default -> "timestamptz '" + local(bound) + "Z'";
    };
  }

  /** The period's name; where others cut it into parts, these get a number. */
  private String freeName(Connection connection, Instant start) throws SQLException {
    String base = partitions.name(table.name(), start);
    String name = base;
    for (int n = 2; SchemaDdl.tableExists(connection, table.schema(), name); n++) {
      checkAttached(connection, name);
      name = Names.withSuffix(base, "_" + n);
    }
    return name;
  }

  private void checkAttached(Connection connection, String name) throws SQLException {
    String attached =
        "select from pg_inherits where inhparent = ?::regclass and inhrelid = ?::regclass"
            + " and not inhdetachpending";
    String partition = SqlNames.qualified(table.schema(), name);
    if (!Sql.exists(connection, attached, table.qualified(), partition)) {
      throw new RefusedTarget(
          Set.of(table.id()),
          "partition_detached",
          "%s.%s exists but is not a partition of %s; attach it, rename it or drop it"
              .formatted(table.schema(), name, table.display()),
          null);
    }
  }

  private void make(Connection connection, Gap gap, String name) throws SQLException {
    String partition = SqlNames.qualified(table.schema(), name);
    String time = SqlNames.quote(table.timeColumn().orElseThrow());
    Sql.execute(
        connection,
        "create table %s (like %s including all)%s"
            .formatted(partition, table.qualified(), TargetStorage.clause(table.merge())));
    Sql.execute(
        connection,
        "alter table %s add constraint %s check (%s >= '%s' and %s < '%s')"
            .formatted(partition, CHECK, time, gap.from, time, gap.to));
    Sql.execute(
        connection,
        "alter table %s attach partition %s for values from ('%s') to ('%s')"
            .formatted(table.qualified(), partition, gap.from, gap.to));
    Sql.execute(connection, "alter table " + partition + " drop constraint " + CHECK);
    for (String clause : RowSecurity.clauses(connection, table.qualified())) {
      Sql.execute(connection, "alter table " + partition + " " + clause);
    }
    SchemaDdl.grant(connection, table.schema(), name, feed.target().grants());
  }
}
