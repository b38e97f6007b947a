package io.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.work.StageProtocol;
import io.sluice.loader.PmContent.Row;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MergeTest {

  @TempDir Path directory;
  private TestLine line;
  private StageProtocol loader;

  @BeforeEach
  void start() throws Exception {
    line = new TestLine(directory, "{table: \"pm.{measInfoId}\", mode: merge}");
    loader = line.loader();
  }

  @AfterEach
  void stop() {
    line.close();
  }

  private long load(String path, int version, Row... rows) {
    long file = line.file(path, version, List.of(rows));
    line.load(loader);
    return file;
  }

  private List<String> stored() {
    return line.texts(
        """
        select object || ': ' || coalesce(pma::text, '-') || ' ' || coalesce(pmb::text, '-') from pm.nrcelldu_v
        order by object
        """);
  }

  @Test
  void newerWins_whenBothWereLoaded() {
    long first = load("/pm/a.xml", 0, Row.of("c1", "pmA", 1.0, "pmB", 2.0));
    long second = load("/pm/a.xml", 5, Row.of("c1", "pmA", 10.0, "pmB", 2.0));

    assertThat(stored()).containsExactly("c1: 10 2");
    assertThat(line.counts(first)).isEqualTo("loaded: 2+0+0+0+0+0=2, exact");
    assertThat(line.counts(second)).isEqualTo("loaded: 1+1+0+0+0+0=2, exact");
    assertThat(line.number("select _file from pm.nrcelldu")).isEqualTo(second);
  }

  @Test
  void olderFillsNullsOnly_whenItComesLate() {
    load("/pm/a.xml", 5, Row.of("c1", "pmA", 10.0));
    long older =
        load("/pm/b.xml", 0, Row.of("c1", "pmA", 1.0, "pmB", 2.0), Row.of("c2", "pmB", 3.0));

    assertThat(stored()).containsExactly("c1: 10 2", "c2: - 3");
    assertThat(line.counts(older)).isEqualTo("loaded: 2+0+1+0+0+0=3, exact");
  }

  @Test
  void keepsTheStoredValue_whenTheNewerFileHasNoSuchField() {
    load("/pm/a.xml", 0, Row.of("c1", "pmA", 1.0, "pmB", 2.0));
    load("/pm/b.xml", 5, Row.of("c1", "pmB", 3.0), Row.of("c2", "pmA", 4.0));

    assertThat(stored()).containsExactly("c1: 1 3", "c2: 4 -");
  }

  @Test
  void setsNull_whenTheNewerFieldIsBlank() {
    load("/pm/a.xml", 0, Row.of("c1", "pmA", 1.0, "pmB", 2.0));
    long blank = load("/pm/b.xml", 5, Row.of("c1", "pmA", null));

    assertThat(stored()).containsExactly("c1: - 2");
    assertThat(line.counts(blank)).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");
  }

  @Test
  void leavesTheCounts_whenTheSameFileIsHandledAgain() {
    long first = load("/pm/a.xml", 0, Row.of("c1", "pmA", 1.0, "pmB", 2.0));
    long file =
        load("/pm/b.xml", 5, Row.of("c1", "pmA", 1.0, "pmB", 3.0), Row.of("c2", "pmA", 4.0));
    String before = "loaded: 2+1+0+0+0+0=3, exact";
    assertThat(line.counts(file)).isEqualTo(before);
    line.replay(file);
    line.load(loader);

    assertThat(stored()).containsExactly("c1: 1 3", "c2: 4 -");
    assertThat(line.counts(file)).isEqualTo(before);
    assertThat(line.texts("select handling || ' ' || state || ' ' || rows from sluice.replay"))
        .containsExactly("2 loaded 2");
    assertThat(line.text("select sum(rows) from sluice.overtaken where file_id = " + first))
        .isEqualTo("1");
  }

  @Test
  void countsAsLoaded_whatAReplayHasToLoadAgain() {
    long file = load("/pm/a.xml", 0, Row.of("c1", "pmA", 1.0), Row.of("c2", "pmA", 2.0));
    line.sql("delete from pm.nrcelldu where pma = 1");
    line.replay(file);
    line.load(loader);

    assertThat(stored2()).containsExactly("c1: 1", "c2: 2");
    assertThat(line.counts(file)).isEqualTo("loaded: 2+0+0+0+0+0=2, exact");
    assertThat(line.text("select rows || ' ' || table_rows::text from sluice.file"))
        .isEqualTo("2 {2}");
  }

  @Test
  void countsAsItsRows_onlyThoseThatSayTheyAreTheFiles() {
    long first = load("/pm/a.xml", 5, Row.of("c1", "pmA", 1.0));
    long older = load("/pm/b.xml", 0, Row.of("c1", "pmA", 3.0, "pmB", 2.0));

    assertThat(line.number("select rows from sluice.file where id = " + first)).isEqualTo(1);
    assertThat(line.number("select rows from sluice.file where id = " + older)).isZero();
    assertThat(line.number("select count(*) from sluice.overtaken")).isZero();
  }

  @Test
  void appliesVersionsInOrder_whenOneBatchHasSeveralOfAKey() {
    line.file("/pm/c.xml", 9, List.of(Row.of("c1", "pmA", 9.0)));
    line.file("/pm/a.xml", 1, List.of(Row.of("c1", "pmA", 1.0), Row.of("c2", "pmA", 2.0)));
    line.file("/pm/b.xml", 5, List.of(Row.of("c1", "pmA", 5.0), Row.of("c1", "pmA", 6.0)));
    line.load(loader);

    assertThat(stored2()).containsExactly("c1: 9", "c2: 2");
    line.exact();
  }

  @Test
  void appliesVersionsInOrder_whenARowOfTheBatchIsRefused() {
    load("/pm/0.xml", 0, Row.of("c0", "pmA", 0.0, "pmB", 0.0));
    line.sql("alter table pm.nrcelldu add constraint small check (pma < 1000)");
    line.file("/pm/c.xml", 9, List.of(Row.of("c1", "pmA", 9.0), Row.of("c2", "pmA", 5000.0)));
    line.file("/pm/a.xml", 1, List.of(Row.of("c1", "pmA", 1.0, "pmB", 1.0)));
    line.file("/pm/b.xml", 5, List.of(Row.of("c1", "pmB", 5.0)));
    line.load(loader);

    assertThat(stored()).containsExactly("c0: 0 0", "c1: 9 5");
    line.exact();
  }

  private List<String> stored2() {
    return line.texts("select object || ': ' || pma from pm.nrcelldu_v order by object");
  }

  @Test
  void mergesEveryColumnList_whenFilesDiffer() {
    line.file("/pm/a.xml", 1, List.of(Row.of("c1", "pmA", 1.0)));
    line.file("/pm/b.xml", 2, List.of(Row.of("c1", "pmB", 2.0)));
    line.file("/pm/c.xml", 3, List.of(Row.of("c1", "pmC", 3.0, "pmA", 4.0)));
    line.load(loader);

    assertThat(stored()).containsExactly("c1: 4 2");
    assertThat(line.text("select pmc from pm.nrcelldu")).isEqualTo("3");
    line.exact();
  }

  @Test
  void keepsTheCatalogueFlat_overManyBatches() {
    load("/pm/0.xml", 0, Row.of("c1", "pmA", 1.0));
    long before = line.number("select count(*) from pg_attribute");
    for (int i = 1; i <= 50; i++) {
      load("/pm/" + i + ".xml", i, Row.of("c1", "pmA", (double) i), Row.of("x" + i, "pmA", 1.0));
    }

    assertThat(line.number("select count(*) from pg_attribute")).isLessThanOrEqualTo(before + 50);
    assertThat(stored2()).contains("c1: 50");
  }
}
