package io.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.metric.Metric;
import io.sluice.core.work.StageProtocol;
import io.sluice.loader.PmContent.Row;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppendTest {

  private static final String SUM =
      "select count(*) || ' ' || coalesce(sum(pma), 0) || ' ' || coalesce(sum(pmb), 0) from pm.nrcelldu";

  @TempDir Path directory;
  private TestLine line;
  private StageProtocol loader;

  @BeforeEach
  void start() throws Exception {
    line = new TestLine(directory, "{table: \"pm.{measInfoId}\"}");
    loader = line.loader();
  }

  @AfterEach
  void stop() {
    line.close();
  }

  @Test
  void makesTablesAndLoadsRows_whenNothingIsThere() {
    long file =
        line.file(
            "/pm/a.xml",
            0,
            List.of(Row.of("cell-1", "pmA", 1.0, "pmB", 2.0), Row.of("cell-2", "pmA", 3.0)),
            List.of(Row.of("cell-3", "pmB", 4.0)));

    line.load(loader);

    assertThat(line.text(SUM)).isEqualTo("3 4 6");
    assertThat(line.counts(file)).isEqualTo("loaded: 4+0+0+0+0+0=4, exact");
    assertThat(
            line.texts(
                "select element || ' ' || object || ' ' || coalesce(pma::text, '-') from pm.nrcelldu_v order by object"))
        .containsExactly("gNB-1 cell-1 1", "gNB-1 cell-2 3", "gNB-1 cell-3 -");
    assertThat(
            line.number("select count(*) from (select distinct bucket, slice from sluice.mark) m"))
        .isEqualTo(1);
    line.exact();
    assertThat(
            line.texts(
                "select relname from pg_class where relkind = 'r' and relispartition and relname like 'nr%'"))
        .containsExactly("nrcelldu_p20261120");
    assertThat(line.number("select count(distinct xmin::text) from pm.nrcelldu")).isEqualTo(2);
    assertThat(line.counted(Metric.STAGE_DONE)).isEqualTo(1);
  }

  @Test
  void loadsAllFilesOfABatch_inOneTransaction() {
    for (int i = 0; i < 50; i++) {
      line.file("/pm/" + i + ".xml", 0, List.of(Row.of("c" + i, "pmA", 1.0, "pm" + i % 3, 2.0)));
    }
    line.file("/pm/empty.xml", 0);

    line.load(loader);

    assertThat(line.text("select count(*) || ' ' || sum(pma) from pm.nrcelldu")).isEqualTo("50 50");
    assertThat(line.number("select count(distinct xmin::text) from pm.nrcelldu")).isEqualTo(1);
    assertThat(line.number("select count(*) from sluice.file where state = 'loaded'"))
        .isEqualTo(51);
    line.exact();
  }

  @Test
  void loadsOnce_whenMessagesComeTwice() {
    long file =
        line.file(
            "/pm/a.xml",
            0,
            List.of(Row.of("cell-1", "pmA", 1.0)),
            List.of(Row.of("cell-2", "pmA", 1.0, "pmB", 1.0)));
    WorkMessage message = line.handled().orElseThrow();

    loader.work(message, false);
    loader.work(message, true);
    loader.work(message, false);

    assertThat(line.text(SUM)).isEqualTo("2 2 1");
    assertThat(line.counts(file)).isEqualTo("loaded: 3+0+0+0+0+0=3, exact");
    assertThat(line.counted(Metric.STAGE_DUPLICATE)).isEqualTo(2);
  }

  @Test
  void goesOnWithTheNextChunk_whenAnOutageCameAfterOne() {
    line.file("/pm/first.xml", 0, List.of(Row.of("c0", "pmA", 1.0, "pmB", 0.0)));
    line.load(loader);
    long file =
        line.file(
            "/pm/a.xml", 0, List.of(Row.of("c1", "pmA", 1.0)), List.of(Row.of("c2", "pmA", 1.0)));
    WorkMessage message = line.handled().orElseThrow();
    line.sql(
        "create function public.gone() returns trigger language plpgsql as $$ begin"
            + " perform pg_terminate_backend(pg_backend_pid()); return null; end $$",
        "create trigger gone after delete on sluice.batch for each row execute function public.gone()");

    assertThatThrownBy(() -> loader.work(message, false)).isInstanceOf(PauseStage.class);
    assertThat(line.text(SUM)).isEqualTo("2 2 0");
    line.sql("drop trigger gone on sluice.batch");
    loader.work(message, false);

    assertThat(line.text(SUM)).isEqualTo("3 3 0");
    assertThat(line.counts(file)).isEqualTo("loaded: 2+0+0+0+0+0=2, exact");
  }

  @Test
  void replacesTheRows_whenAFileIsReplayedOrCorrected() {
    long file = line.file("/pm/a.xml", 0, List.of(Row.of("cell-1", "pmA", 1.0, "pmB", 1.0)));
    line.load(loader);
    line.replay(file);
    line.now(file, List.of(Row.of("cell-1", "pmA", 5.0)));
    line.load(loader);
    assertThat(line.text(SUM)).isEqualTo("1 5 0");
    assertThat(line.counts(file)).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");

    long corrected = line.file("/pm/a.xml", 9, List.of(Row.of("cell-1", "pmA", 7.0)));
    line.load(loader);
    assertThat(line.text(SUM)).isEqualTo("1 7 0");
    assertThat(line.counts(file)).isEqualTo("replaced: 0+0+1+0+0+0=1, exact");
    assertThat(line.counts(corrected)).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");

    line.file("/pm/a.xml", 4, List.of(Row.of("cell-1", "pmA", 6.0)));
    assertThat(line.handled()).isEmpty();
    assertThat(line.text(SUM)).isEqualTo("1 7 0");
  }

  @Test
  void leavesOutFiles_thatWereTakenFromTheBatchMeanwhile() {
    long taken = line.file("/pm/a.xml", 0, List.of(Row.of("c1", "pmA", 1.0)));
    long first = line.file("/pm/b.xml", 0, List.of(Row.of("c2", "pmA", 2.0)));
    line.file("/pm/c.xml", 0, List.of(Row.of("c3", "pmA", 4.0)));
    WorkMessage message = line.handled().orElseThrow();
    line.sql(
        "update sluice.work set state = 'waiting', stage = 'handle', batch = null where file_id = "
            + taken);

    loader.work(message, false);

    assertThat(line.text("select count(*) || ' ' || sum(pma) from pm.nrcelldu")).isEqualTo("2 6");
    assertThat(line.counts(first)).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");
    line.now(taken, List.of(Row.of("c1", "pmA", 10.0)));
    line.load(loader);
    assertThat(line.text("select count(*) || ' ' || sum(pma) from pm.nrcelldu")).isEqualTo("3 16");
    line.exact();
  }

  @Test
  void loadsOnlyTheCurrentHandling_whenAnotherWasRecordedMeanwhile() {
    line.file("/pm/first.xml", 0, List.of(Row.of("c0", "pmA", 0.0)));
    line.load(loader);
    long file =
        line.file(
            "/pm/a.xml", 0, List.of(Row.of("c1", "pmA", 1.0)), List.of(Row.of("c2", "pmB", 1.0)));
    WorkMessage old = line.handled().orElseThrow();
    line.sql(
        "create function public.gone() returns trigger language plpgsql as $$ begin"
            + " perform pg_terminate_backend(pg_backend_pid()); return null; end $$",
        "create trigger gone after delete on sluice.batch for each row execute function public.gone()");
    assertThatThrownBy(() -> loader.work(old, false)).isInstanceOf(PauseStage.class);
    line.sql(
        "drop trigger gone on sluice.batch",
        "update sluice.work set stage = 'handle', state = 'waiting', batch = null");
    line.now(file, List.of(Row.of("c1", "pmA", 2.0), Row.of("c2", "pmB", 2.0)));
    WorkMessage current = line.handled().orElseThrow();

    loader.work(old, false);
    loader.work(current, false);

    assertThat(line.text(SUM)).isEqualTo("3 2 2");
    assertThat(line.counts(file)).isEqualTo("loaded: 2+0+0+0+0+0=2, exact");
    line.exact();
  }
}
