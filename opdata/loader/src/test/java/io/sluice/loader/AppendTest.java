package io.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.message.WorkMessage;
import io.sluice.loader.LoadResult.Outcome;
import io.sluice.loader.TestLine.Row;
import java.nio.file.Path;
import java.util.ArrayList;
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

  @BeforeEach
  void start() throws Exception {
    line = new TestLine(directory, "{table: \"pm.{measInfoId}\"}");
  }

  @AfterEach
  void stop() {
    line.close();
  }

  @Test
  void makesTablesAndLoadsRows_whenNothingIsThere() throws Exception {
    List<WorkMessage> chunks =
        line.file(
            "/pm/a.xml",
            0,
            List.of(Row.of("cell-1", "pmA", 1.0, "pmB", 2.0), Row.of("cell-2", "pmA", 3.0)),
            List.of(Row.of("cell-3", "pmB", 4.0)));

    LoadResult result = line.worker().load(chunks);

    assertThat(result.outcomes().values()).containsOnly(Outcome.DONE);
    assertThat(line.text(SUM)).isEqualTo("3 4 6");
    assertThat(line.counts(chunks.get(0).fileId())).isEqualTo("loaded: 4+0+0+0+0+0=4, exact");
    assertThat(
            line.texts(
                "select element || ' ' || object || ' ' || coalesce(pma::text, '-') from pm.nrcelldu_v order by object"))
        .containsExactly("gNB-1 cell-1 1", "gNB-1 cell-2 3", "gNB-1 cell-3 -");
    assertThat(line.number("select count(*) from sluice.mark")).isEqualTo(1);
    assertThat(line.number("select count(*) from sluice.chunk")).isZero();
    assertThat(
            line.texts(
                "select relname from pg_class where relkind = 'r' and relispartition and relname like 'nr%'"))
        .containsExactly("nrcelldu_p20261120");
  }

  @Test
  void loadsOnce_whenMessagesComeTwice() throws Exception {
    List<WorkMessage> chunks =
        line.file(
            "/pm/a.xml",
            0,
            List.of(Row.of("cell-1", "pmA", 1.0)),
            List.of(Row.of("cell-2", "pmA", 1.0, "pmB", 1.0)));
    LoadWorker worker = line.worker();

    worker.load(chunks.subList(0, 1));
    List<WorkMessage> twice = new ArrayList<>(chunks);
    twice.addAll(chunks);
    LoadResult second = worker.load(twice);
    LoadResult third = worker.load(chunks);

    assertThat(second.outcomes()).containsEntry(chunks.get(0), Outcome.DROPPED);
    assertThat(second.outcomes()).containsEntry(chunks.get(1), Outcome.DONE);
    assertThat(third.outcomes().values()).containsOnly(Outcome.DROPPED);
    assertThat(line.text(SUM)).isEqualTo("2 2 1");
    assertThat(line.counts(chunks.get(0).fileId())).isEqualTo("loaded: 3+0+0+0+0+0=3, exact");
  }

  @Test
  void replacesTheRows_whenAFileIsReplayedOrCorrected() throws Exception {
    LoadWorker worker = line.worker();
    List<WorkMessage> first =
        line.file("/pm/a.xml", 0, List.of(Row.of("cell-1", "pmA", 1.0, "pmB", 1.0)));
    worker.load(first);
    long file = first.get(0).fileId();
    line.sql(
        "insert into sluice.work (file_id, feed, host, stage, state, bulk, period, handling, tables)"
            + " select id, feed, host, 'handle', 'queued', true, period, handling, tables from sluice.file");

    worker.load(line.handle(file, List.of(Row.of("cell-1", "pmA", 5.0))));
    assertThat(line.text(SUM)).isEqualTo("1 5 0");
    assertThat(line.counts(file)).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");

    List<WorkMessage> corrected = line.file("/pm/a.xml", 9, List.of(Row.of("cell-1", "pmA", 7.0)));
    worker.load(corrected);
    assertThat(line.text(SUM)).isEqualTo("1 7 0");
    assertThat(line.counts(file)).isEqualTo("replaced: 0+0+1+0+0+0=1, exact");
    assertThat(line.counts(corrected.get(0).fileId())).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");

    assertThat(line.file("/pm/a.xml", 4, List.of(Row.of("cell-1", "pmA", 6.0)))).isEmpty();
    assertThat(line.text(SUM)).isEqualTo("1 7 0");
  }

  @Test
  void loadsOnlyTheCurrentHandling_whenAnotherWasRecordedMeanwhile() throws Exception {
    LoadWorker worker = line.worker();
    long file = line.found("/pm/a.xml", 0);
    List<WorkMessage> old =
        line.handle(file, List.of(Row.of("c1", "pmA", 1.0)), List.of(Row.of("c2", "pmB", 1.0)));
    worker.load(old.subList(0, 1));
    line.sql("update sluice.work set stage = 'handle', state = 'queued'");
    List<WorkMessage> current =
        line.handle(file, List.of(Row.of("c1", "pmA", 2.0), Row.of("c2", "pmB", 2.0)));

    assertThat(worker.load(old).outcomes().values()).containsOnly(Outcome.DROPPED);
    assertThat(worker.load(current).outcomes().values()).containsOnly(Outcome.DONE);

    assertThat(line.text(SUM)).isEqualTo("2 2 2");
    assertThat(line.counts(file)).isEqualTo("loaded: 2+0+0+0+0+0=2, exact");
  }

  @Test
  void loadsInSeveralTransactions_whenTheBatchIsLarge() throws Exception {
    LoadSettings d = TestLine.quick();
    LoadSettings small =
        new LoadSettings(
            d.attempts(), 1, d.ddlLockTimeout(), d.loadLockTimeout(), 2, d.backoff(), 2, 10);
    List<WorkMessage> batch = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      batch.addAll(
          line.file("/pm/" + i, 0, List.of(Row.of("c1", "pmA", 1.0, "pmB", 0.0)), List.of()));
    }

    assertThat(line.worker(small).load(batch).outcomes().values()).containsOnly(Outcome.DONE);

    assertThat(line.text(SUM)).isEqualTo("5 5 0");
    assertThat(line.number("select count(distinct xmin::text) from pm.nrcelldu")).isEqualTo(5);
  }
}
