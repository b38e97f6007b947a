package io.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.message.WorkMessage;
import io.sluice.loader.LoadResult.Outcome;
import io.sluice.loader.TestLine.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many batches and many rows. */
class VolumeTest {

  @TempDir Path directory;
  private TestLine line;

  @BeforeEach
  void start() throws Exception {
    line = new TestLine(directory, "{table: \"pm.{measInfoId}\", mode: merge}");
  }

  @AfterEach
  void stop() {
    line.close();
  }

  @Test
  @Tag("long")
  void keepsTheCatalogueFlat_overTenThousandBatches() throws Exception {
    LoadWorker worker = line.worker();
    worker.load(line.file("/pm/first.xml", 0, List.of(Row.of("c", "pmA", 1.0))));
    long before = line.number("select pg_total_relation_size('pg_attribute')");
    for (int i = 1; i <= 10_000; i++) {
      List<WorkMessage> chunks =
          line.file("/pm/" + i + ".xml", i, List.of(Row.of("c" + i % 50, "pmA", (double) i)));
      assertThat(worker.load(chunks).outcomes().values()).containsOnly(Outcome.DONE);
    }
    assertThat(line.number("select pg_total_relation_size('pg_attribute')"))
        .isLessThanOrEqualTo(before + (64 << 10));
    assertThat(line.number("select count(*) from sluice.chunk")).isZero();
    assertThat(line.texts("select distinct exact from sluice.reconciliation")).containsExactly("t");
  }

  @Test
  void loadsAndReplaysManyRows_inOneBatch() throws Exception {
    List<WorkMessage> first = line.file("/pm/a.xml", 1, rows(0, 1.0), rows(10_000, 1.0));
    List<WorkMessage> second = line.file("/pm/b.xml", 2, rows(0, 2.0));
    LoadWorker worker = line.worker();

    assertThat(worker.load(first).outcomes().values()).containsOnly(Outcome.DONE);
    assertThat(worker.load(second).outcomes().values()).containsOnly(Outcome.DONE);
    assertThat(line.text("select count(*) || ' ' || sum(pm1) from pm.nrcelldu"))
        .isEqualTo("20000 30000");
    assertThat(line.counts(second.get(0).fileId()))
        .isEqualTo("loaded: 10000+190000+0+0+0+0=200000, exact");
  }

  private static List<Row> rows(int from, double first) {
    List<Row> rows = new ArrayList<>();
    for (int i = from; i < from + 10_000; i++) {
      Map<String, Double> cells = new LinkedHashMap<>();
      for (int c = 1; c <= 20; c++) {
        cells.put("pm" + c, c == 1 ? first : c * 1.5);
      }
      rows.add(new Row(TestLine.END, "gNB-1", "cell-" + i, cells));
    }
    return rows;
  }
}
