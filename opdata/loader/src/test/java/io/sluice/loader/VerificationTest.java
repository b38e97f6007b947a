package io.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.message.WorkMessage;
import io.sluice.core.work.StageProtocol;
import io.sluice.loader.PmContent.Row;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the handler assumed no longer holds when its rows are loaded. */
class VerificationTest {

  private static final String EPOCH = "select value from sluice.meta where name = 'epoch'";
  private static final String SHOWN =
      "select element || ' ' || object || ' ' || pma from pm.nrcelldu_v order by 1";

  @TempDir Path directory;
  private TestLine line;
  private StageProtocol loader;

  @BeforeEach
  void start() throws Exception {
    line = new TestLine(directory, "{table: \"pm.{measInfoId}\"}");
    loader = line.loader();
    line.found("/pm/first.xml", 0, of("gNB-1", "c0"));
    line.load(loader);
  }

  @AfterEach
  void stop() {
    line.close();
  }

  private static PmContent of(String element, String object) {
    return new PmContent(
        "NRCellDU", List.of(List.of(new Row(TestLine.END, element, object, Map.of("pmA", 1.0)))));
  }

  /** The batch is handled again, under a higher epoch, and nothing of it was loaded. */
  private void handledAgain(long file, WorkMessage message) {
    long before = line.number(EPOCH);
    loader.work(message, false);
    assertThat(line.work(file)).startsWith("handle waiting registry_changed: ");
    assertThat(line.number(EPOCH)).isEqualTo(before + 1);
    line.loadUntilDone(loader);
    line.exact();
  }

  @Test
  void handlesAgain_whenElementsWereTruncated() {
    long file = line.found("/pm/a.xml", 0, of("gNB-2", "c1"));
    WorkMessage message = line.handled().orElseThrow();
    line.sql("truncate pm.dim_element restart identity", "truncate pm.nrcelldu");

    handledAgain(file, message);

    assertThat(line.texts(SHOWN)).containsExactly("gNB-2 c1 1");
  }

  @Test
  void handlesAgain_whenElementsWereRestoredToAnEarlierContent() {
    line.sql("create table public.earlier as select * from pm.dim_element");
    line.found("/pm/x.xml", 0, of("gNB-X", "c0"));
    line.load(loader);
    long file = line.found("/pm/a.xml", 0, of("gNB-X", "c1"));
    WorkMessage message = line.handled().orElseThrow();
    line.sql(
        "truncate pm.dim_element restart identity",
        "insert into pm.dim_element overriding system value select * from public.earlier",
        "select setval(pg_get_serial_sequence('pm.dim_element', 'id'), (select max(id) from pm.dim_element))",
        "insert into pm.dim_element (key, name) values (gen_random_uuid(), 'gNB-other')",
        "delete from pm.nrcelldu where _file <> (select min(_file) from pm.nrcelldu)");

    handledAgain(file, message);

    assertThat(line.texts(SHOWN)).containsExactly("gNB-1 c0 1", "gNB-X c1 1");
  }

  @Test
  void handlesAgain_whenTheSchemaWasDropped() {
    long file = line.found("/pm/a.xml", 0, of("gNB-2", "c1"));
    WorkMessage message = line.handled().orElseThrow();
    line.sql("drop schema pm cascade");

    handledAgain(file, message);

    assertThat(line.texts(SHOWN)).containsExactly("gNB-2 c1 1");
  }

  @Test
  void handlesAgain_whenAnIdOfTheRegistryNamesAnotherTable() {
    line.group = "Other";
    long file = line.found("/pm/a.xml", 0, of("gNB-2", "c1"));
    WorkMessage message = line.handled().orElseThrow();
    line.sql(
        "update sluice.target_table set table_name = table_name || '_x'",
        "update sluice.target set name = name || '_x'",
        "alter table pm.nrcelldu rename to nrcelldu_x",
        "drop view pm.nrcelldu_v");

    long before = line.number(EPOCH);
    loader.work(message, false);

    assertThat(line.work(file)).startsWith("handle waiting registry_changed: ");
    assertThat(line.number(EPOCH)).isEqualTo(before + 1);
    assertThat(line.number("select count(*) from pm.nrcelldu_x")).isEqualTo(1);
  }

  @Test
  void makesTheTableAgain_whenItWasDropped() {
    line.found("/pm/a.xml", 0, of("gNB-2", "c1"));
    WorkMessage message = line.handled().orElseThrow();
    line.sql("drop table pm.nrcelldu cascade");

    loader.work(message, false);

    assertThat(line.texts(SHOWN)).containsExactly("gNB-2 c1 1");
    line.exact();
  }

  @Test
  void makesTheTableAgain_whenItWasDroppedAndANewPartitionIsNeeded() {
    line.found(
        "/pm/a.xml",
        0,
        new PmContent(
            "NRCellDU",
            List.of(List.of(Row.of("c1", "pmA", 1.0).at(TestLine.END.minusSeconds(86_400))))));
    WorkMessage message = line.handled().orElseThrow();
    line.sql("drop table pm.nrcelldu cascade");

    loader.work(message, false);

    assertThat(line.texts(SHOWN)).containsExactly("gNB-1 c1 1");
    line.exact();
  }

  @Test
  void makesThePartitionAgain_whenItWasDropped() {
    line.found("/pm/a.xml", 0, of("gNB-2", "c1"));
    WorkMessage message = line.handled().orElseThrow();
    line.sql("drop table pm.nrcelldu_p20261120");

    loader.work(message, false);

    assertThat(line.texts(SHOWN)).containsExactly("gNB-2 c1 1");
    line.exact();
  }

  @Test
  void parksAndSaysSo_whenThePartitionWasDetached() {
    long file = line.found("/pm/a.xml", 0, of("gNB-2", "c1"));
    WorkMessage message = line.handled().orElseThrow();
    line.sql("alter table pm.nrcelldu detach partition pm.nrcelldu_p20261120");

    loader.work(message, false);

    assertThat(line.work(file))
        .startsWith(
            "handle parked partition_detached: pm.nrcelldu_p20261120 exists but is not a partition of pm.nrcelldu");
  }

  @Test
  void makesTheViewAgain_whenItWasDropped() {
    line.sql("drop view pm.nrcelldu_v");
    line.found("/pm/a.xml", 0, of("gNB-2", "c1"));

    line.load(loader);

    assertThat(line.texts(SHOWN)).containsExactly("gNB-1 c0 1", "gNB-2 c1 1");
  }

  @Test
  void makesTheUniqueIndexAgain_whenAMergedTableHasLostIt() {
    String merged = "{table: \"pm.{measInfoId}\", mode: merge}";
    line.feed = TestLine.feed(merged);
    line.group = "Merged";
    line.file("/pm/m1.xml", 0, List.of(Row.of("c1", "pmA", 1.0)));
    line.load(loader);
    line.sql(
        """
        do $$ declare i regclass; begin
          select indexrelid into i from pg_index where indrelid = 'pm.merged'::regclass and indisunique;
          execute 'drop index ' || i;
        end $$
        """);
    line.file("/pm/m2.xml", 5, List.of(Row.of("c1", "pmA", 2.0)));
    line.load(loader);

    assertThat(line.text("select count(*) || ' ' || sum(pma) from pm.merged")).isEqualTo("1 2");
  }
}
