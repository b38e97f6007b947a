package io.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.work.StageProtocol;
import io.sluice.loader.PmContent.Row;
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
  void keepsTheCatalogueFlat_overTenThousandBatches() {
    StageProtocol loader = line.loader();
    line.file("/pm/first.xml", 0, List.of(Row.of("c", "pmA", 1.0)));
    line.load(loader);
    long before = line.number("select pg_total_relation_size('pg_attribute')");
    for (int i = 1; i <= 10_000; i++) {
      line.file("/pm/" + i + ".xml", i, List.of(Row.of("c" + i % 50, "pmA", (double) i)));
      line.load(loader);
    }
    assertThat(line.number("select pg_total_relation_size('pg_attribute')"))
        .isLessThanOrEqualTo(before + (64 << 10));
    line.exact();
  }

  @Test
  void loadsAndReplaysManyRows_inOneBatch() {
    StageProtocol loader = line.loader();
    line.file("/pm/a.xml", 1, rows(0, 1.0), rows(10_000, 1.0));
    line.load(loader);
    long second = line.file("/pm/b.xml", 2, rows(0, 2.0));
    line.load(loader);

    assertThat(line.text("select count(*) || ' ' || sum(pm1) from pm.nrcelldu"))
        .isEqualTo("20000 30000");
    assertThat(line.counts(second)).isEqualTo("loaded: 10000+190000+0+0+0+0=200000, exact");
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
