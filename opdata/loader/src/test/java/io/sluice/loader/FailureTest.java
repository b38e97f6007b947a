package io.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.ledger.HandleClaim;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.sql.Transactions;
import io.sluice.loader.LoadResult.Outcome;
import io.sluice.loader.TestLine.Row;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailureTest {

  private static final String SUM =
      "select count(*) || ' ' || coalesce(sum(pma), 0) from pm.nrcelldu";

  @TempDir Path directory;
  private TestLine line;
  private LoadWorker worker;

  @BeforeEach
  void start() throws Exception {
    open("append");
  }

  private void open(String mode) throws Exception {
    if (line != null) {
      line.close();
    }
    line = new TestLine(directory, "{table: \"pm.{measInfoId}\", mode: " + mode + "}");
    worker = line.worker(TestLine.quick());
  }

  @AfterEach
  void stop() {
    line.close();
  }

  private long loaded(String path, Row... rows) throws Exception {
    List<WorkMessage> chunks = line.file(path, 0, List.of(rows));
    assertThat(worker.load(chunks).outcomes().values()).containsOnly(Outcome.DONE);
    return chunks.get(0).fileId();
  }

  /** Makes every statement that touches a table run some code of PL/pgSQL. */
  private void onTouch(String table, String event, String code) {
    line.sql(
        "create or replace function public.touch() returns trigger language plpgsql as $$ begin "
            + code
            + " return null; end $$",
        "create trigger touch after "
            + event
            + " on "
            + table
            + " for each statement execute function public.touch()");
  }

  @ParameterizedTest
  @CsvSource({
    "sluice.chunk, insert or update",
    "pm.nrcelldu, insert",
    "sluice.mark, insert",
    "sluice.work, update",
    "sluice.work, delete"
  })
  void loadsOnce_whenTheConnectionIsKilledInTheMiddle(String table, String event) throws Exception {
    loaded("/pm/first.xml", Row.of("c0", "pmA", 1.0));
    onTouch(table, event, "perform pg_terminate_backend(pg_backend_pid());");
    List<WorkMessage> chunks =
        spared(() -> line.file("/pm/a.xml", 0, List.of(Row.of("c1", "pmA", 1.0, "pmB", 2.0))));

    for (int i = 0; i < 7; i++) {
      assertThatThrownBy(() -> worker.load(chunks)).isInstanceOf(PauseStage.class);
    }
    line.sql("drop trigger touch on " + table);
    worker.load(chunks);

    assertThat(line.text(SUM)).isEqualTo("2 2");
    assertThat(line.counts(chunks.get(0).fileId())).isEqualTo("loaded: 2+0+0+0+0+0=2, exact");
  }

  private interface Step<T> {
    T run() throws Exception;
  }

  /** The handler's side is not what is killed here. */
  private <T> T spared(Step<T> step) throws Exception {
    line.sql(
        "alter table sluice.work disable trigger user",
        "alter table sluice.chunk disable trigger user");
    T result = step.run();
    line.sql(
        "alter table sluice.work enable trigger user",
        "alter table sluice.chunk enable trigger user");
    return result;
  }

  @Test
  void loadsOnce_whenTheConnectionIsKilledAtTheCommit() throws Exception {
    loaded("/pm/first.xml", Row.of("c0", "pmA", 1.0));
    line.sql(
        "create function public.touch() returns trigger language plpgsql as"
            + " $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$",
        "create constraint trigger touch after insert on sluice.mark deferrable initially deferred"
            + " for each row execute function public.touch()");
    List<WorkMessage> chunks = line.file("/pm/a.xml", 0, List.of(Row.of("c1", "pmA", 1.0)));

    assertThatThrownBy(() -> worker.load(chunks)).isInstanceOf(PauseStage.class);
    line.sql("drop trigger touch on sluice.mark");
    worker.load(chunks);

    assertThat(line.text(SUM)).isEqualTo("2 2");
    assertThat(line.counts(chunks.get(0).fileId())).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");
  }

  @Test
  void parksOnlyFilesOfThatTable_whenAGrantIsMissing() throws Exception {
    loaded("/pm/first.xml", Row.of("c0", "pmA", 1.0));
    line.group = "Other";
    loaded("/pm/second.xml", Row.of("c0", "pmX", 1.0));
    String role = "etl_" + line.database.name();
    line.sql(
        "create role " + role,
        "grant all on schema sluice, pm to " + role,
        "grant all on all tables in schema sluice to " + role,
        "grant all on all sequences in schema sluice to " + role,
        "grant all on all tables in schema pm to " + role,
        "revoke insert on pm.nrcelldu from " + role);
    HikariConfig pool = new HikariConfig();
    pool.setDataSource(line.database.dataSource());
    pool.setConnectionInitSql("set role " + role);
    try (HikariDataSource asRole = new HikariDataSource(pool)) {
      Transactions transactions = new Transactions(asRole);
      LoadWorker limited = line.worker(transactions, TestLine.quick());
      line.group = "NRCellDU";
      List<WorkMessage> batch =
          new ArrayList<>(line.file("/pm/a.xml", 0, List.of(Row.of("c1", "pmA", 2.0))));
      line.group = "Other";
      batch.addAll(line.file("/pm/b.xml", 0, List.of(Row.of("c1", "pmX", 2.0))));

      LoadResult result = limited.load(batch);

      assertThat(result.outcomes().values()).containsExactly(Outcome.DROPPED, Outcome.DONE);
      assertThat(line.text("select reason from sluice.work where state = 'parked'"))
          .contains("role " + role + " lacks INSERT on table pm.nrcelldu");
      line.sql("grant insert on pm.nrcelldu to " + role);
      int retried = new Unpark(transactions, line.publisher).retry(null, Duration.ZERO, 10);
      assertThat(retried).isEqualTo(1);
      assertThat(limited.load(line.publisher.published).outcomes().values())
          .containsOnly(Outcome.DONE);
    }
    assertThat(line.text(SUM)).isEqualTo("2 3");
    assertThat(line.texts("select distinct exact from sluice.reconciliation")).containsExactly("t");
  }

  @Test
  void handlesAgain_whenSomeoneChangedAColumnsType() throws Exception {
    loaded("/pm/first.xml", Row.of("c0", "pmA", 1.0));
    line.sql("drop view pm.nrcelldu_v", "alter table pm.nrcelldu alter column pma type bigint");
    List<WorkMessage> chunks = line.file("/pm/a.xml", 0, List.of(Row.of("c1", "pmA", 7.0)));
    long file = chunks.get(0).fileId();

    LoadResult result = worker.load(chunks);

    assertThat(result.outcomes().values()).containsOnly(Outcome.DROPPED);
    assertThat(line.text("select stage || ' ' || state from sluice.work"))
        .isEqualTo("handle waiting");
    line.sql("update sluice.work set state = 'queued'");
    worker.load(line.handle(file, List.of(Row.of("c1", "pmA", 7.0))));
    assertThat(line.text(SUM)).isEqualTo("2 8");
    assertThat(line.counts(file)).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");
  }

  @ParameterizedTest
  @ValueSource(strings = {"append", "merge"})
  void rejectsOnlyTheRow_whenOneAmongManyIsRefused(String mode) throws Exception {
    open(mode);
    loaded("/pm/first.xml", Row.of("c0", "pmA", 1.0));
    line.sql("alter table pm.nrcelldu add constraint small check (pma < 1000)");
    List<Row> rows =
        IntStream.range(0, 300)
            .mapToObj(i -> Row.of("x" + i, "pmA", i == 123 ? 5000.0 : 1.0, "pmB", 1.0))
            .toList();
    List<WorkMessage> batch = new ArrayList<>(line.file("/pm/a.xml", 0, rows));
    batch.addAll(line.file("/pm/b.xml", 0, List.of(Row.of("y1", "pmA", 1.0))));

    assertThat(worker.load(batch).outcomes().values()).containsOnly(Outcome.DONE);

    assertThat(line.text(SUM)).isEqualTo("301 301");
    assertThat(line.counts(batch.get(0).fileId())).isEqualTo("loaded: 598+0+0+2+0+0=600, exact");
    assertThat(
            line.text(
                "select reason || ' ' || cells || ' ' || message || ' ' || raw from sluice.reject"))
        .startsWith("constraint 2 pm.nrcelldu refuses the row:")
        .contains("small")
        .contains("pma=5000.0");
  }

  @Test
  void buriesThePoisonChunkAlone_whenItFailsAtTheLimit() throws Exception {
    loaded("/pm/first.xml", Row.of("c0", "pmA", 1.0));
    line.sql(
        "create function public.poison() returns trigger language plpgsql as $$ begin"
            + " if new.pma = 666 then raise exception 'poison' using errcode = 'XX000'; end if;"
            + " return new; end $$",
        "create trigger poison before insert on pm.nrcelldu for each row execute function public.poison()");
    List<WorkMessage> batch =
        new ArrayList<>(
            line.file(
                "/pm/bad.xml",
                0,
                List.of(Row.of("c1", "pmA", 666.0, "pmB", 1.0)),
                List.of(Row.of("c2", "pmA", 2.0))));
    batch.addAll(line.file("/pm/good.xml", 0, List.of(Row.of("c3", "pmA", 3.0))));

    LoadResult first = worker.load(batch);
    assertThat(first.outcomes().values())
        .containsExactly(Outcome.RETRY, Outcome.DONE, Outcome.DONE);
    LoadResult next = first;
    for (int i = 0; i < 3; i++) {
      assertThat(next.toRetry()).hasSize(1);
      next = worker.load(next.toRetry());
    }

    assertThat(next.outcomes().values()).containsExactly(Outcome.DEAD);
    assertThat(line.publisher.dead.get(batch.get(0)).error()).contains("poison");
    assertThat(line.counts(batch.get(0).fileId())).isEqualTo("dead: 1+0+0+0+2+0=3, exact");
    assertThat(line.counts(batch.get(2).fileId())).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");
    assertThat(line.text("select stage || ' ' || attempts || ' ' || reason from sluice.dead"))
        .isEqualTo("load 5 unknown");
    assertThat(line.text(SUM)).isEqualTo("3 6");
  }

  @Test
  void handlesAgain_whenStagingHasLostAChunk() throws Exception {
    long file = line.found("/pm/a.xml", 0);
    HandleClaim claim = line.claim(file);
    line.sql("update sluice.work set handling = handling - 1");
    List<WorkMessage> chunks = line.handle(file, List.of(Row.of("c1", "pmA", 1.0)));
    line.staging.delete(List.of(line.key(claim, 0)));

    assertThat(worker.load(chunks).outcomes().values()).containsOnly(Outcome.DROPPED);

    assertThat(line.text("select stage || ' ' || state from sluice.work"))
        .isEqualTo("handle waiting");
    assertThat(line.publisher.dead).isEmpty();
  }

  @Test
  void givesBackUncounted_whenTheTableIsLocked() throws Exception {
    loaded("/pm/first.xml", Row.of("c0", "pmA", 1.0));
    List<WorkMessage> chunks = line.file("/pm/a.xml", 0, List.of(Row.of("c1", "pmA", 2.0)));
    try (Connection other = line.database.dataSource().getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("lock table pm.nrcelldu in access exclusive mode");
      for (int i = 0; i < 2; i++) {
        assertThat(worker.load(chunks).outcomes().values()).containsOnly(Outcome.RETRY);
      }
      other.rollback();
    }

    assertThat(worker.load(chunks).outcomes().values()).containsOnly(Outcome.DONE);
    assertThat(line.text(SUM)).isEqualTo("2 3");
  }
}
