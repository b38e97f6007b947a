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

class MergeTest {

  @TempDir Path directory;
  private TestLine line;
  private LoadWorker worker;

  @BeforeEach
  void start() throws Exception {
    line = new TestLine(directory, "{table: \"pm.{measInfoId}\", mode: merge}");
    worker = line.worker(TestLine.quick());
  }

  @AfterEach
  void stop() {
    line.close();
  }

  private long load(String path, int version, Row... rows) throws Exception {
    List<WorkMessage> chunks = line.file(path, version, List.of(rows));
    assertThat(worker.load(chunks).outcomes().values()).containsOnly(Outcome.DONE);
    return chunks.get(0).fileId();
  }

  private List<String> stored() {
    return line.texts(
        """
        select object || ': ' || coalesce(pma::text, '-') || ' ' || coalesce(pmb::text, '-') from pm.nrcelldu_v
        order by object
        """);
  }

  @Test
  void newerWins_whenBothWereLoaded() throws Exception {
    long first = load("/pm/a.xml", 0, Row.of("c1", "pmA", 1.0, "pmB", 2.0));
    long second = load("/pm/a.xml", 5, Row.of("c1", "pmA", 10.0, "pmB", 2.0));

    assertThat(stored()).containsExactly("c1: 10 2");
    assertThat(line.counts(first)).isEqualTo("loaded: 2+0+0+0+0+0=2, exact");
    assertThat(line.counts(second)).isEqualTo("loaded: 1+1+0+0+0+0=2, exact");
    assertThat(line.number("select _file from pm.nrcelldu")).isEqualTo(second);
  }

  @Test
  void olderFillsNullsOnly_whenItComesLate() throws Exception {
    load("/pm/a.xml", 5, Row.of("c1", "pmA", 10.0));
    long older =
        load("/pm/b.xml", 0, Row.of("c1", "pmA", 1.0, "pmB", 2.0), Row.of("c2", "pmB", 3.0));

    assertThat(stored()).containsExactly("c1: 10 2", "c2: - 3");
    assertThat(line.counts(older)).isEqualTo("loaded: 2+0+1+0+0+0=3, exact");
  }

  @Test
  void keepsTheStoredValue_whenTheNewerFileHasNoSuchField() throws Exception {
    load("/pm/a.xml", 0, Row.of("c1", "pmA", 1.0, "pmB", 2.0));
    load("/pm/b.xml", 5, Row.of("c1", "pmB", 3.0), Row.of("c2", "pmA", 4.0));

    assertThat(stored()).containsExactly("c1: 1 3", "c2: 4 -");
  }

  @Test
  void setsNull_whenTheNewerFieldIsBlank() throws Exception {
    load("/pm/a.xml", 0, Row.of("c1", "pmA", 1.0, "pmB", 2.0));
    long blank = load("/pm/b.xml", 5, Row.of("c1", "pmA", null));

    assertThat(stored()).containsExactly("c1: - 2");
    assertThat(line.counts(blank)).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");
  }

  @Test
  void collapses_whenTheSameFileIsHandledAgain() throws Exception {
    long file = load("/pm/a.xml", 0, Row.of("c1", "pmA", 1.0, "pmB", 2.0));
    line.sql(
        "insert into sluice.work (file_id, feed, host, stage, state, bulk, period, handling)"
            + " select id, feed, host, 'handle', 'queued', true, period, handling from sluice.file");
    worker.load(line.handle(file, List.of(Row.of("c1", "pmA", 1.0, "pmB", 2.0))));

    assertThat(stored()).containsExactly("c1: 1 2");
    assertThat(line.counts(file)).isEqualTo("loaded: 0+2+0+0+0+0=2, exact");
  }

  @Test
  void appliesVersionsInOrder_whenOneBatchHasSeveralOfAKey() throws Exception {
    List<WorkMessage> batch = new ArrayList<>();
    batch.addAll(line.file("/pm/c.xml", 9, List.of(Row.of("c1", "pmA", 9.0))));
    batch.addAll(
        line.file("/pm/a.xml", 1, List.of(Row.of("c1", "pmA", 1.0), Row.of("c2", "pmA", 2.0))));
    batch.addAll(
        line.file("/pm/b.xml", 5, List.of(Row.of("c1", "pmA", 5.0), Row.of("c1", "pmA", 6.0))));
    worker.load(batch);

    assertThat(stored2()).containsExactly("c1: 9", "c2: 2");
    assertThat(line.texts("select distinct exact from sluice.reconciliation")).containsExactly("t");
  }

  private List<String> stored2() {
    return line.texts("select object || ': ' || pma from pm.nrcelldu_v order by object");
  }

  @Test
  void mergesEveryColumnList_whenFilesDiffer() throws Exception {
    List<WorkMessage> batch = new ArrayList<>();
    batch.addAll(line.file("/pm/a.xml", 1, List.of(Row.of("c1", "pmA", 1.0))));
    batch.addAll(line.file("/pm/b.xml", 2, List.of(Row.of("c1", "pmB", 2.0))));
    batch.addAll(line.file("/pm/c.xml", 3, List.of(Row.of("c1", "pmC", 3.0, "pmA", 4.0))));
    worker.load(batch);

    assertThat(stored()).containsExactly("c1: 4 2");
    assertThat(line.text("select pmc from pm.nrcelldu")).isEqualTo("3");
    assertThat(line.texts("select distinct exact from sluice.reconciliation")).containsExactly("t");
  }

  @Test
  void keepsTheCatalogueFlat_overManyBatches() throws Exception {
    load("/pm/0.xml", 0, Row.of("c1", "pmA", 1.0));
    long before = line.number("select count(*) from pg_attribute");
    for (int i = 1; i <= 50; i++) {
      load("/pm/" + i + ".xml", i, Row.of("c1", "pmA", (double) i), Row.of("x" + i, "pmA", 1.0));
    }

    assertThat(line.number("select count(*) from pg_attribute")).isLessThanOrEqualTo(before + 50);
    assertThat(stored2()).contains("c1: 50");
  }
}
