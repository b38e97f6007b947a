package io.sluice.pgtask.partition;

import io.sluice.core.catalog.RowSecurity;
import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.PartitionedTable;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.task.PartitionSpec.Template;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What LIKE does not copy: owner, row-level security, grants, replica identity, tablespace and
 * access method of the parent; indexes, storage, tablespace and persistence of a template table.
 *
 * @param indexes statements with %s for the new table
 * @param rowSecurity statements with %s for the new table; where there are any, it gets no grants
 * @param grants statements with %s for the new table
 * @param newOwner if the parent belongs to another role than the session
 * @param replicaIdentity statement with {@code <table>} for the new table
 */
record PartitionAttributes(
    boolean unlogged,
    Optional<String> method,
    Optional<String> tablespace,
    Map<String, String> storage,
    List<String> indexes,
    List<String> rowSecurity,
    List<String> grants,
    Optional<String> newOwner,
    Optional<String> replicaIdentity) {

  private static final String TABLE =
      """
      select c.relpersistence = 'u', (select amname from pg_am where oid = c.relam and c.relkind = 'p'),
             (select spcname from pg_tablespace where oid = c.reltablespace), c.relreplident::text,
             (select x.indexrelid::int8 from pg_index x where x.indrelid = c.oid and x.indisreplident),
             nullif(pg_get_userbyid(c.relowner), current_user),
             c.reloptions, (select t.reloptions from pg_class t where t.oid = c.reltoastrelid) as toast_options
      from pg_class c where c.oid = ?
      """;

  /** Indexes of the template (1st) that the parent (2nd) has not, without name and table. */
  private static final String INDEXES =
      """
      with every as (
        select x.indrelid, x.indexrelid, x.indisunique, con.oid as con,
               substr(d.def, strpos(d.def, ' USING ' || am.amname || ' ')) as tail
        from pg_index x join pg_class i on i.oid = x.indexrelid join pg_am am on am.oid = i.relam
        left join pg_constraint con on con.conindid = x.indexrelid and con.conrelid = x.indrelid
          and con.contype in ('p', 'u', 'x'),
        lateral (select pg_get_indexdef(x.indexrelid) as def) d
        where x.indrelid in (?::oid, ?::oid) and x.indisvalid)
      select case when e.con is null then null else pg_get_constraintdef(e.con) end, e.indisunique, e.tail
      from every e
      where e.indrelid = ?::oid and not exists (
        select from every p where p.indrelid = ?::oid and p.tail = e.tail and p.indisunique = e.indisunique)
      order by e.con is null, e.indexrelid
      """;

  private static final String GRANTS =
      """
      select coalesce(quote_ident(r.rolname), 'public'), x.is_grantable, null as col,
             string_agg(x.privilege_type, ', ' order by x.privilege_type)
      from pg_class c cross join aclexplode(c.relacl) x left join pg_roles r on r.oid = x.grantee
      where c.oid = ?::oid and x.grantee <> c.relowner group by 1, 2
      union all
      select coalesce(quote_ident(r.rolname), 'public'), x.is_grantable, quote_ident(a.attname),
             string_agg(x.privilege_type, ', ' order by x.privilege_type)
      from pg_attribute a join pg_class c on c.oid = a.attrelid cross join aclexplode(a.attacl) x
      left join pg_roles r on r.oid = x.grantee
      where a.attrelid = ?::oid and not a.attisdropped group by 1, 2, 3
      order by 1, 3, 2
      """;

  static PartitionAttributes read(Connection connection, PartitionedTable parent, Template template)
      throws SQLException {
    Raw own = raw(connection, parent.oid());
    Optional<Raw> from = Optional.empty();
    List<String> indexes = List.of();
    if (template.table().isPresent()) {
      long oid = oid(connection, template.table().get());
      from = Optional.of(raw(connection, oid));
      indexes = indexes(connection, oid, parent.oid());
    }
    Optional<Raw> other = from;
    List<String> security =
        RowSecurity.clauses(connection, parent.name().sql()).stream()
            .map(clause -> "alter table %s " + clause)
            .toList();
    return new PartitionAttributes(
        from.map(Raw::unlogged).orElse(false),
        own.method,
        template.tablespace().or(() -> other.flatMap(Raw::tablespace)).or(own::tablespace),
        from.map(Raw::storage).orElse(Map.of()),
        indexes,
        security,
        template.privileges() ? grants(connection, parent) : List.of(),
        template.privileges() ? own.otherOwner : Optional.empty(),
        own.replicaIdentity);
  }

  private record Raw(
      boolean unlogged,
      Optional<String> method,
      Optional<String> tablespace,
      Optional<String> otherOwner,
      Map<String, String> storage,
      Optional<String> replicaIdentity) {}

  private static Raw raw(Connection connection, long oid) throws SQLException {
    return Sql.one(connection, TABLE, PartitionAttributes::raw, oid);
  }

  private static Raw raw(ResultSet row) throws SQLException {
    Map<String, String> storage = new TreeMap<>();
    options(storage, "", Sql.elements(row, "reloptions"));
    options(storage, "toast.", Sql.elements(row, "toast_options"));
    return new Raw(
        row.getBoolean(1),
        Optional.ofNullable(row.getString(2)),
        Optional.ofNullable(row.getString(3)),
        Optional.ofNullable(row.getString(6)),
        storage,
        replicaIdentity(row.getString(4), row.getLong(5)));
  }

  private static void options(Map<String, String> into, String prefix, List<String> options) {
    for (String option : options) {
      int equals = option.indexOf('=');
      into.put(prefix + option.substring(0, equals), option.substring(equals + 1));
    }
  }

  /** The partition's own index is known by its name only after ATTACH, so a block looks it up. */
  private static Optional<String> replicaIdentity(String kind, long index) {
    return switch (kind) {
      case "f" -> Optional.of("alter table <table> replica identity full");
      case "n" -> Optional.of("alter table <table> replica identity nothing");
      case "i" ->
          Optional.of(
              """
              do $$ begin
                execute (select format('alter table %%s replica identity using index %%I', x.indrelid::regclass, c.relname)
                         from pg_inherits i join pg_index x on x.indexrelid = i.inhrelid
                         join pg_class c on c.oid = x.indexrelid
                         where i.inhparent = %d and x.indrelid = '<table>'::regclass);
              end $$\
              """
                  .formatted(index));
      default -> Optional.empty();
    };
  }

  private static long oid(Connection connection, String table) throws SQLException {
    TableName name = TableName.parse(table);
    String sql =
        """
        select c.oid::int8 from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = ? and c.relname = ? and c.relkind in ('r', 'p')
        """;
    return Sql.first(connection, sql, row -> row.getLong(1), name.schema(), name.name())
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "its template table "
                        + table
                        + " does not exist; create it, or remove it from the task"));
  }

  private static List<String> indexes(Connection connection, long template, long parent)
      throws SQLException {
    return Sql.list(
        connection, INDEXES, PartitionAttributes::index, template, parent, template, parent);
  }

  private static String index(ResultSet row) throws SQLException {
    String constraint = row.getString(1);
    String unique = row.getBoolean(2) ? "unique " : "";
    return constraint == null
        ? "create " + unique + "index on %s" + escaped(row.getString(3))
        : "alter table %s add " + escaped(constraint);
  }

  /**
   * Statements with %s for a partition; none where its parent has row-level security, which a grant
   * on a partition would go round.
   */
  static List<String> grants(Connection connection, PartitionedTable parent) throws SQLException {
    return RowSecurity.clauses(connection, parent.name().sql()).isEmpty()
        ? Sql.list(connection, GRANTS, PartitionAttributes::grant, parent.oid(), parent.oid())
        : List.of();
  }

  private static String grant(ResultSet row) throws SQLException {
    String option = row.getBoolean(2) ? " with grant option" : "";
    String column = row.getString(3) == null ? "" : " (" + row.getString(3) + ")";
    String privileges = row.getString(4).replace(", ", column + ", ") + column;
    return "grant " + escaped(privileges) + " on %s to " + escaped(row.getString(1)) + option;
  }

  private static String escaped(String text) {
    return text.replace("%", "%%");
  }
}
