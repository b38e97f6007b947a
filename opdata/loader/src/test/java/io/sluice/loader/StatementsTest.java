package io.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.message.WorkMessage;
import io.sluice.core.work.StageProtocol;
import io.sluice.loader.PmContent.Row;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Statements a batch of a warm loader, the protocol's and COMMIT included. */
class StatementsTest {

  @TempDir Path directory;
  private TestLine line;

  @AfterEach
  void stop() {
    line.close();
  }

  private void files(int files, int tables, int round) {
    for (int table = 0; table < tables; table++) {
      line.group = "G" + table;
      for (int i = 0; i < files / tables; i++) {
        line.file(
            "/pm/%d-%d-%d.xml".formatted(round, table, i),
            0,
            List.of(Row.of("c%d-%d".formatted(round, i), "pmA", 1.0, "pmB", 2.0)));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "append, 1, 1",
    "append, 100, 1",
    "append, 100, 4",
    "merge, 100, 1",
    "merge, 100, 4",
  })
  void takesAFixedNumberAndAFewATable_whateverTheFiles(String mode, int files, int tables)
      throws Exception {
    line = new TestLine(directory, "{table: \"pm.{measInfoId}\", mode: " + mode + "}");
    CountedStatements statements = new CountedStatements(line.dataSource);
    StageProtocol loader = line.loader(statements.transactions(), TestLine.quick());
    files(files, tables, 0);
    line.load(loader);
    files(files, tables, 1);
    WorkMessage message = line.handled().orElseThrow();
    statements.clear();

    loader.work(message, false);

    List<String> all = statements.all();
    System.out.printf("%s %d files %d tables: %d statements%n", mode, files, tables, all.size());
    int more = mode.equals("merge") ? 2 : 0; // a savepoint, set and released, around each COPY
    assertThat(all).hasSizeLessThanOrEqualTo(15 + 3 * tables + more);
    assertThat(all.stream().filter(sql -> sql.startsWith("copy"))).hasSize(tables);
    assertThat(all.stream().filter(sql -> sql.equals("commit"))).hasSize(2);
    line.exact();
  }
}
