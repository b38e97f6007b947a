package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.TableName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A foreign key of a table that is converted. Its copy gets it in the swap and not before: a row of
 * the copy that is behind would keep others from deleting what it refers to. It comes unvalidated,
 * which checks what is written from then on and reads nothing; the rows that are there are read
 * afterwards.
 *
 * <p>Before PostgreSQL 18 a partitioned table has no unvalidated foreign key, but its partitions
 * have; once all of theirs are validated, that of the table takes them over and reads nothing. See
 * https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT
 *
 * @param definition as ADD CONSTRAINT takes it, without NOT VALID
 * @param columns of the table, that refer
 */
record ForeignKey(
    String name,
    String definition,
    TableName referenced,
    List<String> columns,
    Optional<String> comment) {

  /** From this version on, partitioned tables have unvalidated ones. */
  private static final int ON_PARTITIONED = 180_000;

  private static final String NOT_ENFORCED = " NOT ENFORCED";

  /** By name, whichever of the tables has one: those of partitions are alike. */
  private static final String OF =
      """
      select distinct on (k.conname) k.conname, regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', ''),
        n.nspname, c.relname,
        array(select a.attname from unnest(k.conkey) as key join pg_attribute a on a.attrelid = k.conrelid and a.attnum = key),
        obj_description(k.oid, 'pg_constraint')
      from pg_constraint k join pg_class c on c.oid = k.confrelid join pg_namespace n on n.oid = c.relnamespace
      where k.contype = 'f' and k.conrelid in (select to_regclass(x) from unnest(?::text[]) as x) and k.confrelid <> k.conrelid
        and not exists (select from pg_constraint p where p.oid = k.conparentid and p.conrelid = k.conrelid)
      order by k.conname
      """;

  ForeignKey {
    columns = List.copyOf(columns);
  }

  static List<ForeignKey> of(Connection connection, Collection<TableName> tables)
      throws SQLException {
    SourceReader.onlyCatalog(connection);
    return Sql.list(
        connection, OF, ForeignKey::read, Sql.texts(tables.stream().map(TableName::sql).toList()));
  }

  private static ForeignKey read(ResultSet row) throws SQLException {
    return new ForeignKey(
        row.getString(1),
        row.getString(2),
        new TableName(row.getString(3), row.getString(4)),
        List.of((String[]) row.getArray(5).getArray()),
        Optional.ofNullable(row.getString(6)));
  }

  static boolean onPartitioned(Connection connection) throws SQLException {
    return Sql.isTrue(
        connection, "select current_setting('server_version_num')::int >= " + ON_PARTITIONED);
  }

  /** What they refer to, in the order in which it is locked. */
  static List<TableName> referenced(Collection<ForeignKey> keys) {
    return keys.stream().map(ForeignKey::referenced).distinct().sorted().toList();
  }

  /** Of what is written from now on; takes SHARE ROW EXCLUSIVE on both tables. */
  List<String> addUnvalidated(TableName table) {
    return add(table, definition.endsWith(NOT_ENFORCED) ? "" : " not valid");
  }

  /**
   * Of a partitioned table; takes ACCESS EXCLUSIVE on its partitions and on the other, whose
   * triggers for the single partitions go.
   */
  List<String> addOver(TableName table) {
    List<String> sql = new ArrayList<>();
    sql.add("lock table %s in access exclusive mode".formatted(referenced.sql()));
    sql.add("lock table %s in access exclusive mode".formatted(table.sql()));
    sql.addAll(add(table, ""));
    return sql;
  }

  private List<String> add(TableName table, String how) {
    List<String> sql = new ArrayList<>();
    sql.add(
        "alter table %s add constraint %s %s%s"
            .formatted(table.sql(), SqlNames.quote(name), definition, how));
    comment.ifPresent(
        text ->
            sql.add(
                "comment on constraint %s on %s is %s"
                    .formatted(SqlNames.quote(name), table.sql(), SqlNames.literal(text))));
    return sql;
  }

  /** Takes SHARE UPDATE EXCLUSIVE on the table, and ROW SHARE on the other. */
  String validate(TableName table) {
    return "alter table %s validate constraint %s".formatted(table.sql(), SqlNames.quote(name));
  }

  /** Takes ACCESS EXCLUSIVE on the table, and on the other, which is therefore locked first. */
  static List<String> drop(List<ForeignKey> keys, TableName table) {
    List<String> sql = new ArrayList<>();
    referenced(keys)
        .forEach(other -> sql.add("lock table %s in access exclusive mode".formatted(other.sql())));
    keys.forEach(
        key ->
            sql.add(
                "alter table if exists %s drop constraint if exists %s"
                    .formatted(table.sql(), SqlNames.quote(key.name))));
    return sql;
  }
}
