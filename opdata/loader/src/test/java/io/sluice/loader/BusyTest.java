package io.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.work.StageProtocol;
import io.sluice.loader.PmContent.Row;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody holds a table: only its files wait. */
class BusyTest {

  @TempDir Path directory;
  private TestLine line;
  private StageProtocol loader;

  @BeforeEach
  void start() throws Exception {
    line = new TestLine(directory, "{table: \"pm.{measInfoId}\"}");
    loader = line.loader();
    line.group = "A";
    line.file("/pm/a0.xml", 0, List.of(Row.of("c0", "pmA", 1.0)));
    line.group = "B";
    line.file("/pm/b0.xml", 0, List.of(Row.of("c0", "pmA", 1.0)));
    line.load(loader);
  }

  @AfterEach
  void stop() {
    line.close();
  }

  private Connection holder(String statement) throws Exception {
    Connection other = line.database.dataSource().getConnection();
    try (Statement execute = other.createStatement()) {
      execute.execute("set application_name = 'report'");
      other.setAutoCommit(false);
      execute.execute(statement);
    }
    return other;
  }

  private static int pid(Connection connection) throws Exception {
    return connection.unwrap(org.postgresql.PGConnection.class).getBackendPID();
  }

  private long fileOf(String group, String path, Row... rows) {
    line.group = group;
    return line.file(path, 0, List.of(rows));
  }

  @Test
  void loadsOtherTables_whileAReaderIdleInATransactionHoldsOneThatMustChange() throws Exception {
    long waits;
    try (Connection reader = holder("select * from pm.a")) {
      waits = fileOf("A", "/pm/a1.xml", Row.of("c1", "pmNew", 1.0));
      long together = fileOf("B", "/pm/b1.xml", Row.of("c1", "pmA", 1.0));
      line.load(loader);

      assertThat(line.counts(together)).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");
      assertThat(line.work(waits))
          .matches(
              "handle waiting table_busy: pm\\.a is locked \\(access share lock\\) by pid "
                  + pid(reader)
                  + " \\(report, idle in transaction, query \\S+ old, transaction \\S+ old\\).*");
      assertThat(line.number("select attempts from sluice.work")).isZero();

      for (int i = 0; i < 20; i++) {
        fileOf("A", "/pm/more" + i, Row.of("d" + i, "pmNew", 1.0));
        line.load(loader);
        long other = fileOf("B", "/pm/others" + i, Row.of("d" + i, "pmNew", 1.0));
        line.load(loader);
        assertThat(line.counts(other)).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");
      }
      reader.rollback();
    }
    line.loadUntilDone(loader);

    assertThat(line.counts(waits)).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");
    assertThat(line.text("select count(*) || ' ' || sum(pmnew) from pm.a")).isEqualTo("22 21");
    line.exact();
  }

  @Test
  void waitsOnceForATable_notWithEveryBatch() throws Exception {
    LoadSettings d = TestLine.quick();
    Duration patience = Duration.ofSeconds(3);
    StageProtocol patient =
        line.loader(
            new LoadSettings(
                patience, d.loadLockTimeout(), d.retries(), d.backoff(), 2, d.tempTables()));
    try (Connection reader = holder("select * from pm.a")) {
      fileOf("A", "/pm/a1.xml", Row.of("c1", "pmNew", 1.0));
      line.load(patient);
      Instant start = Instant.now();
      fileOf("A", "/pm/a2.xml", Row.of("c2", "pmNew", 1.0));
      line.load(patient);

      assertThat(Duration.between(start, Instant.now())).isLessThan(patience);
      reader.rollback();
    }
  }

  @Test
  void loadsOtherTables_whileSomebodyLocksOneAgainstWriters() throws Exception {
    long waits;
    try (Connection other = holder("lock table pm.a in share mode")) {
      waits = fileOf("A", "/pm/a1.xml", Row.of("c1", "pmA", 1.0));
      long good = fileOf("B", "/pm/b1.xml", Row.of("c1", "pmA", 1.0));
      line.load(loader);

      assertThat(line.counts(good)).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");
      assertThat(line.work(waits))
          .startsWith(
              "handle waiting table_busy: pm.a is locked (share lock) by pid "
                  + pid(other)
                  + " (report, idle in transaction");
      other.rollback();
    }
    line.loadUntilDone(loader);
    assertThat(line.counts(waits)).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");
  }

  @Test
  void loadsOtherTables_whileAWriterIdleInATransactionHoldsAKey() throws Exception {
    line.close();
    line = new TestLine(directory.resolve("merge"), "{table: \"pm.{measInfoId}\", mode: merge}");
    loader = line.loader();
    fileOf("A", "/pm/a0.xml", Row.of("c0", "pmA", 1.0));
    fileOf("B", "/pm/b0.xml", Row.of("c0", "pmA", 1.0));
    line.load(loader);
    long waits;
    try (Connection other = holder("update pm.a set pma = 5")) {
      line.group = "A";
      waits = line.file("/pm/a1.xml", 1, List.of(Row.of("c0", "pmA", 2.0)));
      long good = fileOf("B", "/pm/b2.xml", Row.of("c2", "pmA", 1.0));
      line.load(loader);

      assertThat(line.counts(good)).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");
      assertThat(line.work(waits))
          .startsWith(
              "handle waiting table_busy: pm.a is locked (row exclusive lock) by pid "
                  + pid(other)
                  + " (report, idle in transaction");
      other.rollback();
    }
    line.loadUntilDone(loader);
    assertThat(line.counts(waits)).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");
  }

  @Test
  void loadsOtherTables_whileAPartitionIsLocked() throws Exception {
    long waits;
    try (Connection other = holder("lock table pm.a_p20261120 in access exclusive mode")) {
      waits = fileOf("A", "/pm/a1.xml", Row.of("c1", "pmA", 1.0));
      long good = fileOf("B", "/pm/b1.xml", Row.of("c1", "pmA", 1.0));
      line.load(loader);

      assertThat(line.counts(good)).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");
      assertThat(line.work(waits)).startsWith("handle waiting table_busy: pm.a is locked");
      other.rollback();
    }
    line.loadUntilDone(loader);
    assertThat(line.counts(waits)).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");
  }
}
