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

/** Merge mode goes the short way where no key meets another. */
class DirectCopyTest {

  private static final String STORED =
      "select object || ': ' || coalesce(pma::text, '-') || ' ' || coalesce(pmb::text, '-') from pm.nrcelldu_v order by 1";

  @TempDir Path directory;
  private TestLine line;
  private CountedStatements statements;
  private StageProtocol loader;

  @BeforeEach
  void start() throws Exception {
    line = new TestLine(directory, "{table: \"pm.{measInfoId}\", mode: merge}");
    statements = new CountedStatements(line.dataSource);
    loader = line.loader(statements.transactions(), TestLine.quick());
  }

  @AfterEach
  void stop() {
    line.close();
  }

  private void load(int version, Row... rows) {
    line.file("/pm/" + version + ".xml", version, List.of(rows));
    statements.clear();
    line.load(loader);
  }

  private boolean copied() {
    return statements.all().stream().anyMatch(sql -> sql.startsWith("copy \"pm\""));
  }

  private boolean merged() {
    return statements.all().stream().anyMatch(sql -> sql.startsWith("copy pg_temp."));
  }

  @Test
  void copiesStraightIntoTheTable_whenNoKeyIsStored() {
    load(1, Row.of("c1", "pmA", 1.0, "pmB", null), Row.of("c2", "pmB", 2.0));

    assertThat(copied()).isTrue();
    assertThat(merged()).isFalse();
    assertThat(line.texts(STORED)).containsExactly("c1: 1 -", "c2: - 2");
    line.exact();
  }

  @Test
  void merges_whenAKeyIsStored() {
    load(1, Row.of("c1", "pmA", 1.0, "pmB", 2.0));
    load(2, Row.of("c1", "pmB", 3.0), Row.of("c2", "pmA", 4.0));

    assertThat(copied()).isTrue();
    assertThat(merged()).isTrue();
    assertThat(line.texts(STORED)).containsExactly("c1: 1 3", "c2: 4 -");
    line.exact();
  }

  @Test
  void merges_whenTheBatchRepeatsAKey() {
    line.file("/pm/x.xml", 1, List.of(Row.of("c1", "pmA", 1.0, "pmB", 1.0)));
    load(2, Row.of("c1", "pmA", 2.0));

    assertThat(line.texts(STORED)).containsExactly("c1: 2 1");
    line.exact();
  }

  @Test
  void doesNotCopyTwice_whileCorrectionsKeepComing() {
    load(1, Row.of("c1", "pmA", 1.0));
    int tried = 0;
    for (int version = 2; version < 42; version++) {
      load(version, Row.of("c1", "pmA", (double) version));
      tried += copied() ? 1 : 0;
    }
    assertThat(tried).isLessThanOrEqualTo(6);
    assertThat(line.texts(STORED.replace("coalesce(pmb::text, '-')", "''")))
        .containsExactly("c1: 41 ");

    for (int version = 50; version < 200 && merged(); version++) {
      load(version, Row.of("n" + version, "pmA", 1.0));
    }
    assertThat(copied()).isTrue();
    assertThat(merged()).isFalse();
    load(300, Row.of("n300", "pmA", 1.0));
    assertThat(merged()).isFalse();
    line.exact();
  }

  @Test
  void merges_whenTheUsersTableTakesNullInTheKey() {
    line.feed = TestLine.feed("{table: \"pm.{measInfoId}\", mode: merge, partition: {by: none}}");
    line.sql(
        "create schema pm",
        """
        create table pm.nrcelldu (end_time timestamptz, granularity int, element int, object int, suspect bool,
          pma float8, pmb float8)
        """);
    load(1, Row.of("c1", "pmA", 1.0));

    assertThat(copied()).isFalse();
    assertThat(line.number("select count(*) from pm.nrcelldu")).isEqualTo(1);
  }
}
