package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.partition.AttachLocks;
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
             pn.nspname, p.relname, pg_get_expr(c.relpartbound, c.oid),
             pg_get_partition_constraintdef(c.oid),
             case c.relkind when 'p' then (
               select coalesce(sum(pg_total_relation_size(relid)), 0)::int8 from pg_partition_tree(c.oid))
             else pg_total_relation_size(c.oid) end,
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
                               where not a.attnotnull)
               and not exists (select from unnest(x.indkey[0:x.indnkeyatts - 1], x.indclass[0:x.indnkeyatts - 1],
                                                  x.indcollation[0:x.indnkeyatts - 1]) as k (attnum, class, coll)
                               join pg_attribute a on a.attrelid = x.indrelid and a.attnum = k.attnum
                               join pg_opclass oc on oc.oid = k.class
                               join pg_am am on am.oid = oc.opcmethod
                               where not oc.opcdefault or am.amname <> 'btree' or k.coll <> a.attcollation),
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
             s.spcname, obj_description(i.oid, 'pg_class'),
             array(select format('operator(%I.%s)', n.nspname, o.oprname)
                   from unnest(x.indclass[0:x.indnkeyatts - 1]) with ordinality as k (class, nth)
                   join pg_opclass oc on oc.oid = k.class
                   join pg_am am on am.oid = oc.opcmethod and am.amname = 'btree'
                   join pg_amop e on e.amopfamily = oc.opcfamily and e.amopstrategy = 3
                     and e.amoplefttype = oc.opcintype and e.amoprighttype = oc.opcintype
                   join pg_operator o on o.oid = e.amopopr
                   join pg_namespace n on n.oid = o.oprnamespace
                   where x.indexprs is null order by k.nth)
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

  /**
   * Everything whose change while the table moves would be lost, or would change rows without their
   * triggers. A column has the transaction that wrote its entry: ALTER COLUMN TYPE … USING may give
   * all rows new values, and leaves the definition as it was. A partition has its storage, which
   * TRUNCATE of it replaces without a trigger of the parent.
   */
  private static final String FINGERPRINT =
      """
      with source as (select * from pg_class where oid = ?::oid)
      select 'name', format('%I.%I', n.nspname, c.relname)
      from source c join pg_namespace n on n.oid = c.relnamespace
      union all
      select 'kind', c.relkind::text || c.relpersistence::text || c.relam::text from source c
      union all
      select 'owner', pg_get_userbyid(c.relowner) from source c
      union all
      select 'storage', concat_ws(' ', c.reloptions, c.reltablespace, c.relreplident, t.reloptions)
      from source c left join pg_class t on t.oid = c.reltoastrelid
      union all
      select 'parent', concat_ws(' ', i.inhparent::regclass, pg_get_expr(c.relpartbound, c.oid))
      from source c join pg_inherits i on i.inhrelid = c.oid
      union all
      select 'column ' || a.attname, concat_ws(' ', a.attnum, a.xmin, format_type(a.atttypid, a.atttypmod),
             a.attnotnull, a.attgenerated, a.attidentity, a.attcollation, pg_get_expr(d.adbin, d.adrelid))
      from source c join pg_attribute a on a.attrelid = c.oid
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attnum > 0 and not a.attisdropped
      union all
      select 'index ' || i.relname,
             concat_ws(' ', pg_get_indexdef(i.oid), x.indisclustered, x.indisreplident, i.reltablespace)
      from source c join pg_index x on x.indrelid = c.oid join pg_class i on i.oid = x.indexrelid
      where x.indisvalid
      union all
      select 'constraint ' || k.conname, pg_get_constraintdef(k.oid)
      from source c join pg_constraint k on k.conrelid = c.oid
      where k.contype <> 'n' and k.conname not like 'sluice%'
      union all
      select 'statistics ' || s.stxname, pg_get_statisticsobjdef(s.oid)
      from source c join pg_statistic_ext s on s.stxrelid = c.oid
      union all
      select 'partition ' || p.oid::regclass,
             concat_ws(' ', p.oid, p.relkind, pg_get_expr(p.relpartbound, p.oid), pg_relation_filenode(p.oid))
      from source c, pg_partition_tree(c.oid) t join pg_class p on p.oid = t.relid
      where p.oid <> c.oid
      """;

  private static final String PARTITIONS =
      """
      select n.nspname, c.relname from pg_partition_tree(?::oid) t
      join pg_class c on c.oid = t.relid join pg_namespace n on n.oid = c.relnamespace
      where t.level > 0 order by t.level, 1, 2
      """;

  private SourceReader() {}

  /** Empty if there is no such table. Names are printed in full if search_path is pg_catalog. */
  static Optional<SourceTable> read(Connection connection, TableName name) throws SQLException {
    onlyCatalog(connection);
    return Sql.first(
        connection, TABLE, row -> source(connection, name, row), name.schema(), name.name());
  }

  /**
   * Until the transaction ends, so that PostgreSQL prints and reads every name with its schema.
   *
   * @return the path before, for {@link #searchPath}
   */
  static String onlyCatalog(Connection connection) throws SQLException {
    return Sql.one(
        connection,
        "select current_setting('search_path'), set_config('search_path', 'pg_catalog', true)",
        row -> row.getString(1));
  }

  /** Until the transaction ends. */
  static void searchPath(Connection connection, String path) throws SQLException {
    Sql.strings(connection, "select set_config('search_path', ?, true)", path);
  }

  /** Its partitions at every level, those that are partitioned themselves before theirs. */
  static List<TableName> partitions(Connection connection, SourceTable source) throws SQLException {
    return Sql.list(connection, PARTITIONS, TableName::read, source.oid());
  }

  private static SourceTable source(Connection connection, TableName name, ResultSet row)
      throws SQLException {
    long oid = row.getLong(1);
    Optional<Attachment> attachment =
        row.getString(7) == null
            ? Optional.empty()
            : Optional.of(attachment(connection, name, row));
    return new SourceTable(
        name,
        oid,
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        attachment,
        row.getLong(10),
        row.getInt(11),
        Sql.list(connection, COLUMNS, SourceReader::column, oid),
        Sql.list(connection, INDEXES, SourceReader::index, oid),
        fingerprint(connection, oid));
  }

  private static Attachment attachment(Connection connection, TableName name, ResultSet row)
      throws SQLException {
    TableName parent = new TableName(row.getString(6), row.getString(7));
    return new Attachment(
        parent, row.getString(8), row.getString(9), AttachLocks.read(connection, parent, name));
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
        Optional.ofNullable(row.getString(12)),
        List.of((String[]) row.getArray(13).getArray()));
  }

  /** Of what a table is; names are printed in full if search_path is pg_catalog. */
  static Fingerprint fingerprint(Connection connection, long oid) throws SQLException {
    return new Fingerprint(
        Sql.strings(connection, Fingerprint.LINES.formatted(FINGERPRINT), oid).get(0));
  }
}
