package io.sluice.pgtask.export;

import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.catalog.WorkingTables;
import io.sluice.pgtask.export.Manifest.Column;
import io.sluice.pgtask.partition.NewPartition;
import io.sluice.pgtask.partition.PartitionSql;
import java.util.ArrayList;
import java.util.List;

/** The statements of a restore. */
final class RestoreSql {

  private static final String EXCLUDED = SqlNames.quote("sluice_restore_excluded");

  private RestoreSql() {}

  static List<String> remove(TableName building) {
    return List.of("drop table if exists " + building.sql());
  }

  static List<String> createAlone(TableName building, TableName name, Manifest manifest) {
    List<String> columns = manifest.columns().stream().map(RestoreSql::column).toList();
    return List.of(
        "create table %s (%s)".formatted(building.sql(), String.join(", ", columns)),
        WorkingTables.mark(building, name));
  }

  private static String column(Column column) {
    StringBuilder sql = new StringBuilder(SqlNames.quote(column.name()));
    sql.append(' ').append(column.type());
    column.collation().ifPresent(collation -> sql.append(" collate ").append(collation));
    column
        .generated()
        .ifPresent(
            expression ->
                sql.append(" generated always as (")
                    .append(expression)
                    .append(column.virtual() ? ") virtual" : ") stored"));
    return sql.append(column.notNull() ? " not null" : "").toString();
  }

  /** As PostgreSQL writes what a default partition may not hold, or its proof would fail. */
  private static String outside(RestoreTarget target, Manifest manifest) {
    String key = SqlNames.quote(target.key());
    List<String> parts = new ArrayList<>(List.of(key + " is null"));
    if (!manifest.lower().equals("MINVALUE")) {
      parts.add(key + " < " + manifest.lower());
    }
    if (!manifest.upper().equals("MAXVALUE")) {
      parts.add(key + " >= " + manifest.upper());
    }
    return String.join(" or ", parts);
  }

  /** Again after a broken off restore, whose constraint is still there. */
  static List<String> excludeFromDefault(TableName other, RestoreTarget target, Manifest manifest) {
    return List.of(
        freeDefault(other),
        "alter table %s add constraint %s check (%s) not valid"
            .formatted(other.sql(), EXCLUDED, outside(target, manifest)));
  }

  static String validateDefault(TableName other) {
    return "alter table %s validate constraint %s".formatted(other.sql(), EXCLUDED);
  }

  static String freeDefault(TableName other) {
    return "alter table %s drop constraint if exists %s".formatted(other.sql(), EXCLUDED);
  }

  static List<String> rename(TableName building, TableName name) {
    return List.of(
        "alter table %s rename to %s".formatted(building.sql(), SqlNames.quote(name.name())),
        WorkingTables.release(name));
  }

  static List<String> attach(TableName building, NewPartition partition, PartitionSql maker) {
    List<String> sql = new ArrayList<>(rename(building, partition.name()));
    sql.addAll(maker.attach(partition));
    return sql;
  }
}
