package io.sluice.pgtask.export;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.export.Manifest.Column;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** What the catalogue says of one table, as a manifest holds it. */
final class TableDefinition {

  private static final String COLUMNS =
      """
      select a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated::text,
        pg_get_expr(d.adbin, d.adrelid),
        case when a.attcollation <> own.typcollation then
          (select quote_ident(n.nspname) || '.' || quote_ident(c.collname)
           from pg_catalog.pg_collation c join pg_catalog.pg_namespace n on n.oid = c.collnamespace
           where c.oid = a.attcollation) end,
        case t.typtype
          when 'c' then
            (select 'composite (' || string_agg(format('%I %s', f.attname, format_type(f.atttypid, f.atttypmod)), ', '
               order by f.attnum) || ')'
             from pg_catalog.pg_attribute f
             where f.attrelid = t.typrelid and f.attnum > 0 and not f.attisdropped)
          when 'e' then
            (select 'enum (' || string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder) || ')'
             from pg_catalog.pg_enum e where e.enumtypid = t.oid)
          when 'd' then 'domain over ' || format_type(t.typbasetype, t.typtypmod) end,
        a.atthasdef or a.attidentity <> ''
      from pg_catalog.pg_attribute a
      join pg_catalog.pg_type own on own.oid = a.atttypid
      join pg_catalog.pg_type t
        on t.oid = case when own.typelem <> 0 and own.typlen = -1 then own.typelem else own.oid end
      left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = ? and a.attnum > 0 and not a.attisdropped
      order by a.attnum
      """;

  private static final String DDL =
      """
      select pg_get_indexdef(i.indexrelid) from pg_catalog.pg_index i where i.indrelid = ?
      union all
      select format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.conrelid::regclass, c.conname,
        pg_get_constraintdef(c.oid))
      from pg_catalog.pg_constraint c where c.conrelid = ?
      union all
      select format('ALTER TABLE %s ATTACH PARTITION %s %s', ?::oid::regclass, t.relid,
        pg_get_expr(p.relpartbound, p.oid))
      from pg_partition_tree(?::oid::regclass) t join pg_catalog.pg_class p on p.oid = t.relid
      where t.level > 0
      """;

  private TableDefinition() {}

  /**
   * A column and what only a table that takes rows needs to know.
   *
   * @param filled whether a row that does not name it has a value by default or identity
   */
  record Known(Column column, boolean filled) {}

  static List<Known> columns(Connection connection, long oid) throws SQLException {
    return Sql.list(connection, COLUMNS, row -> new Known(column(row), row.getBoolean(8)), oid);
  }

  private static Column column(ResultSet row) throws SQLException {
    String generated = row.getString(4);
    return new Column(
        row.getString(1),
        row.getString(2),
        Optional.ofNullable(row.getString(7)),
        Optional.ofNullable(row.getString(6)),
        row.getBoolean(3),
        generated.isEmpty() ? Optional.empty() : Optional.ofNullable(row.getString(5)),
        generated.equals("v"));
  }

  static List<String> ddl(Connection connection, long oid) throws SQLException {
    return Sql.strings(connection, DDL, oid, oid, oid, oid);
  }

  /** Quoted, with commas. */
  static String names(List<Column> columns) {
    return String.join(
        ", ", columns.stream().map(column -> SqlNames.quote(column.name())).toList());
  }
}
