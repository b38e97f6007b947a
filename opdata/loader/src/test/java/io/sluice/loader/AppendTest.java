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
}
