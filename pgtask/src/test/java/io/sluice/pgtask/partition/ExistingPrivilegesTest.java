package io.sluice.pgtask.partition;

import static io.sluice.pgtask.partition.RotationFixture.CDR;
import static io.sluice.pgtask.partition.RotationFixture.done;
import static io.sluice.pgtask.partition.RotationFixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Owner and grants of partitions that were there before. */
class ExistingPrivilegesTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";
  private static final AtomicInteger ROLES = new AtomicInteger();

  private static final String ACLS =
      """
      select c.relname || ' ' || pg_get_userbyid(c.relowner) || ' ' || coalesce((
        select string_agg(distinct coalesce(r.rolname, 'public') || ':' || x.privilege_type || case when x.is_grantable then '*' else '' end, ','
                          order by coalesce(r.rolname, 'public') || ':' || x.privilege_type || case when x.is_grantable then '*' else '' end)
        from (select * from aclexplode(c.relacl) union all
              select x.* from pg_attribute a cross join aclexplode(a.attacl) x where a.attrelid = c.oid) x
        left join pg_roles r on r.oid = x.grantee where x.grantee <> c.relowner), '')
      from pg_class c where c.relkind in ('r', 'p') and c.relname ~ '^cdr' order by 1\
      """;

  private final String reader = "rea\"der_" + ROLES.incrementAndGet() + "_" + System.nanoTime();
  private final String owner = reader.replace("rea\"der", "owner");
  private final String former = reader.replace("rea\"der", "former");

  private static String quoted(String role) {
    return '"' + role.replace("\"", "\"\"") + '"';
  }

  private static SpecBuilder reapplying() {
    SpecBuilder spec = SpecBuilder.of("public.cdr");
    spec.reapplyPrivileges = true;
    return spec;
  }

  /** A table whose partitions have got an owner and grants of their own. */
  private void grown(TaskFixture fixture) throws SQLException {
    String reader = quoted(this.reader);
    String former = quoted(this.former);
    fixture.sql(
        "create role " + reader,
        "create role " + quoted(owner),
        "create role " + former,
        "grant create on schema public to %s, %s, %s".formatted(quoted(owner), former, reader),
        CDR,
        "create table cdr_a partition of cdr for values from ('2026-11-18') to ('2026-11-19')",
        "create table cdr_b partition of cdr for values from ('2026-11-19') to ('2026-11-20') partition by hash (id)",
        "create table cdr_b0 partition of cdr_b for values with (modulus 1, remainder 0)",
        "create table cdr_rest partition of cdr default",
        "alter table cdr owner to " + quoted(owner),
        "grant select, insert on cdr to %s with grant option".formatted(reader),
        "grant update (note) on cdr to public",
        "alter table cdr_a owner to " + former,
        "grant delete on cdr_a to %s with grant option".formatted(reader),
        "set role " + reader,
        "grant delete on cdr_a to public",
        "reset role",
        "grant select (id) on cdr_b to " + former);
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void givesEveryPartitionTheOwnerAndGrantsOfItsTable_once(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      grown(fixture);
      done(fixture, SpecBuilder.of("public.cdr"));
      assertThat(fixture.texts(ACLS)).anyMatch(acl -> acl.startsWith("cdr_a " + former));
      List<String> shown = fixture.dryRun(TaskFixture.task("rotate", reapplying().build()));
      assertThat(shown)
          .contains(
              "revoke all privileges on \"public\".\"cdr_a\" from %s, public cascade"
                  .formatted(quoted(reader)))
          .noneMatch(sql -> sql.contains("cdr_p2026"));
      RunResult result = done(fixture, reapplying());
      assertThat(result.steps()).isEqualTo(4);
      String expected = " %s public:UPDATE,%s:INSERT*,%s:SELECT*".formatted(owner, reader, reader);
      assertThat(fixture.texts(ACLS)).hasSize(8).allMatch(acl -> acl.endsWith(expected));
      assertThat(done(fixture, reapplying()).steps()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void leavesNoGrants_whereTheTableHasRowSecurity(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      grown(fixture);
      fixture.sql("alter table cdr enable row level security");
      done(fixture, reapplying());
      assertThat(fixture.texts(ACLS))
          .filteredOn(acl -> !acl.startsWith("cdr "))
          .hasSize(7)
          .allMatch(acl -> acl.endsWith(" " + owner + " "));
      assertThat(done(fixture, reapplying()).steps()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void saysWhoseThePartitionsAre_whenTheRoleMayNotChangeThem(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      grown(fixture);
      String login = owner.replace("owner", "login");
      fixture.sql(
          "create role %s login password 'secret'".formatted(login),
          "grant %s to %s".formatted(quoted(owner), login),
          "grant create on schema public to " + login,
          "alter table cdr_rest owner to " + quoted(owner),
          "alter table cdr_b owner to " + quoted(owner),
          "alter table cdr_b0 owner to " + quoted(owner));
      fixture.as(login);
      SpecBuilder spec = reapplying();
      spec.drain = false;
      assertThat(run(fixture, spec).problems())
          .anyMatch(p -> p.contains("must own table public.cdr_a, which belongs to " + former));
      assertThat(fixture.texts(ACLS))
          .anyMatch(acl -> acl.startsWith("cdr_a " + former))
          .anyMatch(acl -> acl.startsWith("cdr_b0 " + owner + " public:UPDATE"));
    }
  }
}
