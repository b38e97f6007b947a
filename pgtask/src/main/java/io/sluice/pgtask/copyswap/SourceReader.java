package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.TableName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Reads a table's shape from pg_catalog; https://www.postgresql.org/docs/current/catalogs.html */
final class SourceReader {

  private static final String TABLE =
      """
      select c.oid::int8, c.relkind::text, c.relpersistence::text, coalesce(am.amname, ''),
             pg_get_userbyid(c.relowner),
             exists (select from pg_subscription_rel s where s.srrelid = c.oid),
             pn.nspname, p.relname, pg_get_expr(c.relpartbound, c.oid),
             pg_get_partition_constraintdef(c.oid), pg_total_relation_size(c.oid),
             current_setting('block_size')::int
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      left join pg_am am on am.oid = c.relam
      left join pg_inherits i on i.inhrelid = c.oid and c.relispartition
      left join pg_class p on p.oid = i.inhparent
      left join pg_namespace pn on pn.oid = p.relnamespace
      where n.nspname = ? and c.relname = ?
      """;

  private static final String COLUMNS =
      """
      select a.attname, t.typname, a.attgenerated <> '', a.attnotnull, a.attidentity <> ''
      from pg_attribute a join pg_type t on t.oid = a.atttypid
      where a.attrelid = ?::oid and a.attnum > 0 and not a.attisdropped
      order by a.attnum
      """;

  private static final String INDEXES =
      """
      select i.relname, con.oid is not null, x.indisunique, coalesce(con.contype = 'x', false),
             x.indisprimary,
             x.indisunique and x.indimmediate and x.indisvalid and x.indpred is null and x.indexprs is null
               and not exists (select from unnest(x.indkey[0:x.indnkeyatts - 1]) k
                               join pg_attribute a on a.attrelid = x.indrelid and a.attnum = k
                               where not a.attnotnull),
             x.indisclustered, x.indisreplident,
             case when con.oid is not null then pg_get_constraintdef(con.oid)
                  else substr(pg_get_indexdef(i.oid),
                    length(format('CREATE %sINDEX %I ON %s%I.%I ',
                      case when x.indisunique then 'UNIQUE ' else '' end, i.relname,
                      case when i.relkind = 'I' then 'ONLY ' else '' end, n.nspname, c.relname)) + 1)
             end,
             array(select a.attname from unnest(x.indkey[0:x.indnkeyatts - 1]) with ordinality as k (n, o)
                   join pg_attribute a on a.attrelid = x.indrelid and a.attnum = k.n
                   where x.indexprs is null order by k.o),
             s.spcname, obj_description(i.oid, 'pg_class')
      from pg_index x
      join pg_class i on i.oid = x.indexrelid
      join pg_class c on c.oid = x.indrelid
      join pg_namespace n on n.oid = c.relnamespace
      left join pg_tablespace s on s.oid = i.reltablespace
      left join pg_constraint con
        on con.conindid = i.oid and con.conrelid = c.oid and con.contype in ('p', 'u', 'x')
      where x.indrelid = ?::oid and x.indisvalid
      order by x.indisprimary desc, i.relname
      """;

  /** Everything whose change while the table moves would be lost. */
  private static final String FINGERPRINT =
      """
      select md5(string_agg(part, E'\\n' order by part))
      from (
        select 'column ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || a.attnotnull::text
               || a.attgenerated::text || a.attidentity::text || a.attcollation::text
               || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
        from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = ?::oid and a.attnum > 0 and not a.attisdropped
        union all
        select 'index ' || pg_get_indexdef(x.indexrelid) from pg_index x
        where x.indrelid = ?::oid and x.indisvalid
        union all
        select 'constraint ' || k.conname || ' ' || pg_get_constraintdef(k.oid) from pg_constraint k
        where k.conrelid = ?::oid and k.contype <> 'n' and k.conname not like 'sluice%'
      ) as parts (part)
      """;

  private SourceReader() {}

  /** Empty if there is no such table. Names are printed in full if search_path is pg_catalog. */
  static Optional<SourceTable> read(Connection connection, TableName name) throws SQLException {
    onlyCatalog(connection);
    return Sql.first(
        connection, TABLE, row -> source(connection, name, row), name.schema(), name.name());
  }

  /** Until the transaction ends, so that PostgreSQL prints and reads every name with its schema. */
  static void onlyCatalog(Connection connection) throws SQLException {
    Sql.execute(connection, "set local search_path = pg_catalog");
  }

  private static SourceTable source(Connection connection, TableName name, ResultSet row)
      throws SQLException {
    long oid = row.getLong(1);
    Optional<Attachment> attachment =
        row.getString(8) == null
            ? Optional.empty()
            : Optional.of(
                new Attachment(
                    new TableName(row.getString(7), row.getString(8)),
                    row.getString(9),
                    row.getString(10)));
    return new SourceTable(
        name,
        oid,
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        row.getBoolean(6),
        attachment,
        row.getLong(11),
        row.getInt(12),
        Sql.list(connection, COLUMNS, SourceReader::column, oid),
        Sql.list(connection, INDEXES, SourceReader::index, oid),
        fingerprint(connection, oid));
  }

  private static SourceColumn column(ResultSet row) throws SQLException {
    return new SourceColumn(
        row.getString(1),
        row.getString(2),
        row.getBoolean(3),
        row.getBoolean(4),
        row.getBoolean(5));
  }

  private static SourceIndex index(ResultSet row) throws SQLException {
    return new SourceIndex(
        row.getString(1),
        row.getBoolean(2),
        row.getBoolean(3),
        row.getBoolean(4),
        row.getBoolean(5),
        row.getBoolean(6),
        row.getBoolean(7),
        row.getBoolean(8),
        row.getString(9),
        List.of((String[]) row.getArray(10).getArray()),
        Optional.ofNullable(row.getString(11)),
        Optional.ofNullable(row.getString(12)));
  }

  /** Changes when columns, indexes or constraints do. */
  static String fingerprint(Connection connection, long oid) throws SQLException {
    return String.valueOf(Sql.strings(connection, FINGERPRINT, oid, oid, oid).get(0));
  }
}
