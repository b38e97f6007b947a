package io.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.metric.Metric;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.work.StageProtocol;
import io.sluice.core.work.Work;
import io.sluice.loader.PmContent.Row;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
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
  private StageProtocol loader;

  @BeforeEach
  void start() throws Exception {
    open("append");
  }

  private void open(String mode) throws Exception {
    if (line != null) {
      line.close();
    }
    line = new TestLine(directory, "{table: \"pm.{measInfoId}\", mode: " + mode + "}");
    loader = line.loader();
  }

  @AfterEach
  void stop() {
    line.close();
  }

  private long loaded(String path, Row... rows) {
    long file = line.file(path, 0, List.of(rows));
    line.load(loader);
    assertThat(line.counts(file)).startsWith("loaded: ");
    return file;
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
    "sluice.batch, delete",
    "pm.nrcelldu, insert",
    "sluice.mark, insert",
    "sluice.work, update",
    "sluice.work, delete"
  })
  void loadsOnce_whenTheConnectionIsKilledInTheMiddle(String table, String event) {
    loaded("/pm/first.xml", Row.of("c0", "pmA", 1.0));
    long file = line.file("/pm/a.xml", 0, List.of(Row.of("c1", "pmA", 1.0, "pmB", 2.0)));
    line.file("/pm/b.xml", 0, List.of(Row.of("c2", "pmA", 3.0)));
    WorkMessage message = line.handled().orElseThrow();
    onTouch(table, event, "perform pg_terminate_backend(pg_backend_pid());");

    for (int i = 0; i < 7; i++) {
      StageProtocol another = line.loader(); // one alone would hold the batch back
      assertThatThrownBy(() -> another.work(message, false)).isInstanceOf(PauseStage.class);
    }
    line.sql("drop trigger touch on " + table);
    loader.work(message, false);

    assertThat(line.text(SUM)).isEqualTo("3 5");
    assertThat(line.counts(file)).isEqualTo("loaded: 2+0+0+0+0+0=2, exact");
    line.exact();
  }

  @Test
  void loadsOnce_whenTheConnectionIsKilledAtTheCommit() {
    loaded("/pm/first.xml", Row.of("c0", "pmA", 1.0));
    line.sql(
        "create function public.touch() returns trigger language plpgsql as"
            + " $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$",
        "create constraint trigger touch after insert on sluice.mark deferrable initially deferred"
            + " for each row execute function public.touch()");
    long file = line.file("/pm/a.xml", 0, List.of(Row.of("c1", "pmA", 1.0)));
    WorkMessage message = line.handled().orElseThrow();

    assertThatThrownBy(() -> loader.work(message, false)).isInstanceOf(PauseStage.class);
    line.sql("drop trigger touch on sluice.mark");
    loader.work(message, false);

    assertThat(line.text(SUM)).isEqualTo("2 2");
    assertThat(line.counts(file)).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");
  }

  @Test
  void parksOnlyFilesOfThatTable_whenAGrantIsMissing() {
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
      StageProtocol limited = line.loader(new Transactions(asRole), TestLine.quick());
      line.group = "NRCellDU";
      long refused = line.file("/pm/a.xml", 0, List.of(Row.of("c1", "pmA", 2.0)));
      line.group = "Other";
      long good = line.file("/pm/b.xml", 0, List.of(Row.of("c1", "pmX", 2.0)));

      line.load(limited);

      assertThat(line.counts(good)).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");
      assertThat(line.work(refused))
          .startsWith(
              "handle parked privilege: role " + role + " lacks INSERT on table pm.nrcelldu");
      line.sql("grant insert on pm.nrcelldu to " + role);
      assertThat(line.<Integer>ledger(c -> Work.unpark(c, Duration.ZERO, 10))).isEqualTo(1);
      line.load(limited);
    }
    assertThat(line.text(SUM)).isEqualTo("2 3");
    line.exact();
  }

  @Test
  void loads_whateverTheRoleLimitsItsStatementsTo() {
    loaded("/pm/first.xml", Row.of("c0", "pmA", 1.0));
    onTouch(
        "pm.nrcelldu",
        "insert",
        "if current_setting('statement_timeout') <> '0' then"
            + " raise exception 'statement timeout' using errcode = '57014'; end if;");
    HikariConfig pool = new HikariConfig();
    pool.setDataSource(line.database.dataSource());
    pool.setConnectionInitSql("set statement_timeout = '1min'");
    try (HikariDataSource limited = new HikariDataSource(pool)) {
      long file = line.file("/pm/a.xml", 0, List.of(Row.of("c1", "pmA", 2.0)));
      line.load(line.loader(new Transactions(limited), TestLine.quick()));
      assertThat(line.counts(file)).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");
    }
  }

  @Test
  void handlesAgain_whenSomeoneChangedAColumnsType() {
    loaded("/pm/first.xml", Row.of("c0", "pmA", 1.0));
    line.sql("drop view pm.nrcelldu_v", "alter table pm.nrcelldu alter column pma type bigint");
    long file = line.file("/pm/a.xml", 0, List.of(Row.of("c1", "pmA", 7.0)));

    line.load(loader);

    assertThat(line.work(file))
        .startsWith("handle waiting type_changed: column \"pma\" of pm.nrcelldu");
    line.load(loader);
    assertThat(line.text(SUM)).isEqualTo("2 8");
    assertThat(line.counts(file)).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");
    assertThat(line.text("select count(*) from pm.nrcelldu_v")).isEqualTo("2");
  }

  @Test
  void parks_whenSomeoneChangedAColumnToATypeThatValuesDoNotFit() {
    loaded("/pm/first.xml", Row.of("c0", "pmA", 1.0));
    line.sql("drop view pm.nrcelldu_v", "alter table pm.nrcelldu alter column pma type text");
    long file = line.file("/pm/a.xml", 0, List.of(Row.of("c1", "pmA", 7.0)));

    line.load(loader);

    assertThat(line.work(file))
        .startsWith("handle parked column_type: column \"pma\" of pm.nrcelldu");
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
    long bad = line.file("/pm/a.xml", 0, rows);
    long good = line.file("/pm/b.xml", 0, List.of(Row.of("y1", "pmA", 1.0)));

    line.load(loader);

    assertThat(line.text(SUM)).isEqualTo("301 301");
    assertThat(line.counts(bad)).isEqualTo("loaded: 598+0+0+2+0+0=600, exact");
    assertThat(line.counts(good)).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");
    assertThat(
            line.text(
                "select file_id || ' ' || reason || ' ' || cells || ' ' || message || ' ' || raw from sluice.reject"))
        .startsWith(bad + " constraint 2 pm.nrcelldu rejected the row:")
        .contains("small")
        .contains("pma=5000.0");
  }

  @Test
  void buriesThePoisonFileAlone_whenItFailsAtTheLimit() {
    loaded("/pm/first.xml", Row.of("c0", "pmA", 1.0));
    line.sql(
        "create function public.poison() returns trigger language plpgsql as $$ begin"
            + " if new.pma = 666 then raise exception 'poison' using errcode = 'XX000'; end if;"
            + " return new; end $$",
        "create trigger poison before insert on pm.nrcelldu for each row execute function public.poison()");
    long bad =
        line.file(
            "/pm/bad.xml",
            0,
            List.of(Row.of("c1", "pmA", 666.0, "pmB", 1.0)),
            List.of(Row.of("c2", "pmA", 2.0)));
    long good = line.file("/pm/good.xml", 0, List.of(Row.of("c3", "pmA", 3.0)));

    line.loadUntilDone(loader);

    assertThat(line.counts(bad)).isEqualTo("dead: 0+0+0+0+3+0=3, exact");
    assertThat(line.counts(good)).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");
    assertThat(line.text("select stage || ' ' || attempts || ' ' || error from sluice.dead"))
        .startsWith("load 5 ")
        .contains("poison");
    assertThat(line.publisher.dead.values()).hasSize(1);
    assertThat(line.text(SUM)).isEqualTo("2 4");
  }

  @Test
  void handlesAgain_whenStagingHasLostAChunk() throws Exception {
    long file = line.file("/pm/a.xml", 0, List.of(Row.of("c1", "pmA", 1.0)));
    WorkMessage message = line.handled().orElseThrow();
    long token = line.number("select chunk from sluice.batch");
    line.staging.delete(List.of(StagingKeys.chunk("pm", token, 0)));

    loader.work(message, false);

    assertThat(line.work(file)).startsWith("handle waiting chunk_missing: chunk chunk/pm/");
    assertThat(line.counted(Metric.STAGE_RETRIED)).isEqualTo(1);
    assertThat(line.publisher.dead).isEmpty();
    line.loadUntilDone(loader);
    assertThat(line.text(SUM)).isEqualTo("1 1");
  }

  @Test
  void buriesTheFile_whenItsChunkIsDamagedEveryTime() throws Exception {
    long file = line.file("/pm/a.xml", 0, List.of(Row.of("c1", "pmA", 1.0)));
    for (int round = 1; round <= 5; round++) {
      WorkMessage message = line.handled().orElseThrow();
      String chunk = StagingKeys.chunk("pm", line.number("select chunk from sluice.batch"), 0);
      byte[] cut;
      try (InputStream whole = line.staging.open(chunk)) {
        cut = whole.readNBytes((int) line.staging.size(chunk) / 2);
      }
      line.staging.put(chunk, new ByteArrayInputStream(cut));
      loader.work(message, false);
    }
    assertThat(line.counts(file)).isEqualTo("dead: 0+0+0+0+1+0=1, exact");
    assertThat(line.text("select reason || ': ' || error from sluice.dead"))
        .startsWith("chunk_missing: chunk chunk/pm/")
        .contains("is missing or damaged in staging", "sluice dead replay");
    assertThat(line.publisher.dead.values()).hasSize(1);
    assertThat(line.handled()).isEmpty();
  }
}
