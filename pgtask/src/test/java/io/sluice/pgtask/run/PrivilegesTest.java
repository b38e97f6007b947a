package io.sluice.pgtask.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.core.sql.DatabaseException;
import io.sluice.core.sql.Transactions;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.task.RestoreSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * What is refused to a role with too few rights. Each sentence is taken at its word: what it says
 * to run is run, and nothing is missing then.
 */
class PrivilegesTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final RestoreSpec ANY =
      new RestoreSpec(Optional.empty(), Optional.of("a.b"), Optional.empty(), true, Duration.ZERO);

  /** A database with a schema that belongs to one role, and a task that logs in as another. */
  private static final class Office implements AutoCloseable {
    final TaskFixture fixture;
    final String task = "sluice_task_" + NAMES.incrementAndGet();
    final String owner = "billing_owner_" + NAMES.incrementAndGet();

    Office(int major) throws SQLException {
      fixture = new TaskFixture(major);
      fixture.sql(
          "create role " + task + " login password 'secret'",
          "create role " + owner,
          "create schema billing authorization " + owner,
          "set role " + owner,
          "create table billing.cdr (at timestamptz not null, id int) partition by range (at)",
          "create table billing.cdr_p1 partition of billing.cdr for values from ('2026-01-01') to ('2026-01-02')",
          "create index cdr_p1_id on billing.cdr_p1 (id)",
          "insert into billing.cdr values ('2026-01-01', 1)",
          "create table billing.plain (id int)",
          "create sequence billing.numbers",
          "reset role");
      PGSimpleDataSource login = login("secret", fixture.database.jdbcUrl());
      fixture.wrapping(real -> login);
    }

    PGSimpleDataSource login(String password, String url) {
      PGSimpleDataSource login = new PGSimpleDataSource();
      login.setUrl(url);
      login.setUser(task);
      login.setPassword(password);
      return login;
    }

    @Override
    public void close() throws SQLException {
      fixture.sql(
          "drop owned by " + task + ", " + owner + " cascade",
          "drop role " + task,
          "drop role " + owner);
      fixture.close();
    }
  }

  private static Step step(String... sql) {
    return SqlStep.transaction("do it", List.of(sql));
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void saysWhatTheServerSays_whenAStepIsRefused(int major) throws Exception {
    try (Office office = new Office(major)) {
      office.fixture.sql("grant usage on schema billing to " + office.task);
      office.fixture.with(
          RestoreSpec.class,
          (spec, run) -> run.step(step("alter table billing.cdr_p1 set (fillfactor = 90)")));
      assertThat(office.fixture.run(TaskFixture.task("t", ANY)).problems())
          .containsExactly("do it failed: must be owner of table cdr_p1 (SQLSTATE 42501)");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void saysAllAtOnce_whenAskedBefore(int major) throws Exception {
    try (Office office = new Office(major)) {
      TableName table = new TableName("billing", "cdr");
      List<Privileges.Requirement> needs =
          List.of(
              Privileges.using("billing"),
              Privileges.creatingIn("billing"),
              Privileges.creatingIn("not_there"),
              Privileges.owning(table),
              Privileges.owning(new TableName("billing", "plain")),
              Privileges.owning(new TableName("billing", "not_there")),
              Privileges.reading(table));
      office.fixture.with(RestoreSpec.class, (spec, run) -> Privileges.require(run, needs));
      RunResult refused = office.fixture.run(TaskFixture.task("t", ANY));
      assertThat(refused.state()).isEqualTo(RunResult.State.FAILED);
      assertThat(refused.problems()).hasSize(5);
      assertThat(refused.problems())
          .contains(
              "role %1$s must own table billing.cdr, which belongs to %2$s; must own table billing.plain, which belongs to %2$s. Run: grant %2$s to %1$s"
                  .formatted(office.task, office.owner));
      for (String problem : refused.problems()) {
        office.fixture.sql(problem.substring(problem.indexOf(". Run: ") + ". Run: ".length()));
      }
      assertThat(office.fixture.run(TaskFixture.task("t", ANY)).problems()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void saysWhy_whenNobodyMayLogIn(int major) throws Exception {
    try (Office office = new Office(major)) {
      office.fixture.with(RestoreSpec.class, (spec, run) -> run.read(PrivilegesTest::one));
      assertThat(problem(office, "wrong", office.fixture.database.jdbcUrl()))
          .contains("cannot log in to database warehouse")
          .contains("password authentication failed")
          .endsWith("correct its password");
      assertThat(
              problem(
                  office,
                  "secret",
                  office.fixture.database.jdbcUrl().replaceAll("/test_\\d+$", "/nowhere")))
          .contains("database \"nowhere\" does not exist")
          .contains("create database");
      office.fixture.sql("alter role " + office.task + " nologin");
      assertThat(problem(office, "secret", office.fixture.database.jdbcUrl()))
          .contains("is not permitted to log in");
    }
  }

  /** As the command says where the ledger refuses. */
  @ParameterizedTest
  @MethodSource(VERSIONS)
  void runsTasks_whenRoleMayUseTheLedger(int major) throws Exception {
    try (Office office = new Office(major)) {
      PGSimpleDataSource login = office.login("secret", office.fixture.database.jdbcUrl());
      try (TaskRunner runner =
          new TaskRunner(
              name -> login,
              new RunHistory(new Transactions(login), Duration.ofMinutes(1)),
              new TaskMetrics(new SimpleMeterRegistry()),
              office.fixture.clock,
              "test",
              Duration.ofSeconds(5))) {
        runner.with(RestoreSpec.class, (spec, run) -> run.step(step("select 1")));
        assertThatThrownBy(() -> runner.run(TaskFixture.task("t", ANY), null))
            .isInstanceOf(DatabaseException.class)
            .hasMessageContaining("permission denied for schema sluice");
        office.fixture.sql(
            "grant usage on schema sluice to " + office.task,
            "grant select, insert, update, delete on all tables in schema sluice to "
                + office.task);
        assertThat(runner.run(TaskFixture.task("t", ANY), null).orElseThrow().problems()).isEmpty();
      }
    }
  }

  private static Void one(Connection connection) throws SQLException {
    connection.createStatement().execute("select 1");
    return null;
  }

  private static String problem(Office office, String password, String url) {
    PGSimpleDataSource login = office.login(password, url);
    office.fixture.wrapping(real -> login);
    return office.fixture.run(TaskFixture.task("t", ANY)).problems().get(0);
  }
}
