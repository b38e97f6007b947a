package io.sluice.loader.table;

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
import java.util.Set;

/**
 * Makes one partition without blocking writers (D9): CREATE TABLE LIKE, CHECK, ATTACH. PARTITION OF
 * would take ACCESS EXCLUSIVE on the parent; ATTACH takes SHARE UPDATE EXCLUSIVE, and with the
 * CHECK it need not read the new table. See
 * https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE
 */
final class PartitionMaker {

  private static final String CHECK = "sluice_bounds";

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

  String name(Instant start) {
    return partitions.name(table.name(), start);
  }

  /** Runs inside {@link Ddl#change}. */
  Void make(Connection connection, Instant start) throws SQLException {
    String name = name(start);
    if (SchemaDdl.tableExists(connection, table.schema(), name)) {
      checkAttached(connection, name);
      return null;
    }
    String partition = SqlNames.qualified(table.schema(), name);
    String time = SqlNames.quote(table.timeColumn().orElseThrow());
    String from = literal(start);
    String to = literal(partitions.next(start));
    Sql.execute(
        connection,
        "create table %s (like %s including all)%s"
            .formatted(partition, table.qualified(), TargetStorage.clause(table.merge())));
    Sql.execute(
        connection,
        "alter table %s add constraint %s check (%s >= %s and %s < %s)"
            .formatted(partition, CHECK, time, from, time, to));
    Sql.execute(
        connection,
        "alter table %s attach partition %s for values from (%s) to (%s)"
            .formatted(table.qualified(), partition, from, to));
    Sql.execute(connection, "alter table " + partition + " drop constraint " + CHECK);
    SchemaDdl.grant(connection, table.schema(), name, feed.target().grants());
    return null;
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

  private String literal(Instant bound) {
    LocalDateTime local = LocalDateTime.ofInstant(bound, feed.zone());
    return switch (timeType) {
      case DATE -> "date '" + local.toLocalDate() + "'";
      case TIMESTAMP -> "timestamp '" + local + "'";
      default -> "timestamptz '" + bound.atOffset(ZoneOffset.UTC) + "'";
    };
  }
}
