package io.sluice.pgtask.partition;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.Privileges;
import io.sluice.pgtask.run.Privileges.Requirement;
import io.sluice.pgtask.run.SqlStep;
import io.sluice.pgtask.run.TaskRun;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Brings owner and grants of the partitions that are there in line with their table's,
 * sub-partitions and the default partition included; a table with row-level security has them
 * without grants, as new ones are. What already agrees is not touched. ALTER … OWNER takes ACCESS
 * EXCLUSIVE on the one partition for a moment; GRANT and REVOKE take no lock that others feel.
 *
 * <p>Grants are told apart by who has them, for what, and whether to pass them on: not by who gave
 * them. So all are taken back first, those that were passed on too, and given anew in the same
 * transaction, before which nobody sees anything of it. See
 * https://www.postgresql.org/docs/current/sql-revoke.html
 */
final class ExistingPrivileges {

  /** Parts of a table (1st) that differ from it, by the lock-free way of the catalogue. */
  private static final String DIFFERENT =
      """
      with recursive tree as (
        select ?::oid as oid, 0 as level
        union all
        select i.inhrelid, tree.level + 1 from tree join pg_inherits i on i.inhparent = tree.oid and not i.inhdetachpending),
      tables as (
        select c.oid, c.relnamespace, c.relname, c.relowner, c.relacl, c.relrowsecurity, tree.level
        from tree join pg_class c on c.oid = tree.oid),
      grants as (
        select c.oid, x.grantee, x.privilege_type as privilege, x.is_grantable as passed, null::name as col
        from tables c cross join aclexplode(c.relacl) x where x.grantee <> c.relowner
        union
        select c.oid, x.grantee, x.privilege_type, x.is_grantable, a.attname
        from tables c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        cross join aclexplode(a.attacl) x where x.grantee <> c.relowner),
      wanted as (
        select g.grantee, g.privilege, g.passed, g.col
        from tables p join grants g on g.oid = p.oid where p.level = 0 and not p.relrowsecurity)
      select n.nspname, c.relname, c.relowner <> p.relowner, array(
        select distinct coalesce(quote_ident(r.rolname), 'public') collate pg_catalog."C"
        from grants g left join pg_roles r on r.oid = g.grantee
        where g.oid = c.oid and g.grantee <> p.relowner order by 1) as grantees
      from tables c join tables p on p.level = 0 join pg_namespace n on n.oid = c.relnamespace
      where c.level > 0 and (c.relowner <> p.relowner
        or exists (select grantee, privilege, passed, col from grants where oid = c.oid except select * from wanted)
        or exists (select * from wanted except select grantee, privilege, passed, col from grants where oid = c.oid))
      order by 1, 2
      """;

  private record Different(TableName name, boolean ofOther, List<String> grantees) {
    static Different read(ResultSet row) throws SQLException {
      return new Different(TableName.read(row), row.getBoolean(3), Sql.elements(row, "grantees"));
    }
  }

  private ExistingPrivileges() {}

  static void align(TaskRun run, RotatedTable rotated) throws SQLException {
    List<Different> different =
        run.read(c -> Sql.list(c, DIFFERENT, Different::read, rotated.table().oid()));
    if (different.isEmpty()) {
      return;
    }
    List<Requirement> owning = different.stream().map(d -> Privileges.owning(d.name)).toList();
    Set<Requirement> missing = Privileges.require(run, owning);
    List<String> grants = run.read(c -> grants(c, rotated));
    for (Different one : different) {
      if (!missing.contains(Privileges.owning(one.name))) {
        run.step(
            SqlStep.transaction(
                "give %s the owner and grants of %s".formatted(one.name, rotated.name()),
                sql(one, rotated.table().owner(), grants)));
      }
    }
  }

  private static List<String> grants(Connection connection, RotatedTable rotated)
      throws SQLException {
    return PartitionAttributes.grants(connection, rotated.table());
  }

  private static List<String> sql(Different one, String owner, List<String> grants) {
    List<String> sql = new ArrayList<>();
    if (one.ofOther) {
      sql.add("alter table %s owner to %s".formatted(one.name.sql(), SqlNames.quote(owner)));
    }
    if (!one.grantees.isEmpty()) {
      sql.add(
          "revoke all privileges on %s from %s cascade"
              .formatted(one.name.sql(), String.join(", ", one.grantees)));
    }
    grants.forEach(grant -> sql.add(grant.formatted(one.name.sql())));
    return sql;
  }
}
