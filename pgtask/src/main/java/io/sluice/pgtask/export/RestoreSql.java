package io.sluice.pgtask.export;

import io.sluice.core.ledger.SqlNames;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.export.Manifest.Column;
import java.util.ArrayList;
import java.util.List;

/** The statements of a restore. */
final class RestoreSql {

  private static final String BOUNDS = SqlNames.quote("sluice_bounds");
  private static final String EXCLUDED = SqlNames.quote("sluice_restore_excluded");

  private RestoreSql() {}

  static List<String> remove(TableName building) {
    return List.of("drop table if exists " + building.sql());
  }

  /** Without identity, which partitions have from their parent. */
  static List<String> createLike(TableName building, Target target) {
    return List.of(
        ("create table %s (like %s including defaults including constraints including generated"
                + " including indexes including storage including compression including statistics"
                + " including comments)")
            .formatted(building.sql(), target.name().sql()),
        "alter table %s owner to %s".formatted(building.sql(), SqlNames.quote(target.owner())));
  }

  static List<String> createAlone(TableName building, Manifest manifest) {
    List<String> columns = manifest.columns().stream().map(RestoreSql::column).toList();
    return List.of("create table %s (%s)".formatted(building.sql(), String.join(", ", columns)));
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

  static String addBounds(TableName building, Target target, Manifest manifest) {
    return "alter table %s add constraint %s check (%s)"
        .formatted(building.sql(), BOUNDS, inside(target, manifest));
  }

  private static String inside(Target target, Manifest manifest) {
    String key = SqlNames.quote(target.key());
    List<String> parts = new ArrayList<>(List.of(key + " is not null"));
    if (!manifest.lower().equals("MINVALUE")) {
      parts.add(key + " >= " + manifest.lower());
    }
    if (!manifest.upper().equals("MAXVALUE")) {
      parts.add(key + " < " + manifest.upper());
    }
    return String.join(" and ", parts);
  }

  /** Again after a broken off restore, whose constraint is still there. */
  static List<String> excludeFromDefault(TableName other, Target target, Manifest manifest) {
    return List.of(
        freeDefault(other),
        "alter table %s add constraint %s check (not (%s)) not valid"
            .formatted(other.sql(), EXCLUDED, inside(target, manifest)));
  }

  static String validateDefault(TableName other) {
    return "alter table %s validate constraint %s".formatted(other.sql(), EXCLUDED);
  }

  static String freeDefault(TableName other) {
    return "alter table %s drop constraint if exists %s".formatted(other.sql(), EXCLUDED);
  }

  static String rename(TableName building, TableName name) {
    return "alter table %s rename to %s".formatted(building.sql(), SqlNames.quote(name.name()));
  }

  static List<String> attach(TableName building, TableName name, Target target, Manifest manifest) {
    return List.of(
        rename(building, name),
        "alter table %s attach partition %s for values from (%s) to (%s)"
            .formatted(target.name().sql(), name.sql(), manifest.lower(), manifest.upper()),
        "alter table %s drop constraint %s".formatted(name.sql(), BOUNDS));
  }
}
