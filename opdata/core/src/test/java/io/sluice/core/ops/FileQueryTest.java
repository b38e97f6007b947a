package io.sluice.core.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileQueryTest {

  @TempDir Path directory;
  private OpsFixture ledger;

  @BeforeEach
  void start() {
    ledger = new OpsFixture(directory);
  }

  private List<Long> ids(FileFilter filter) {
    List<Long> ids = ledger.files.ids(filter, 100);
    assertThat(ledger.files.find(filter, 100)).extracting(FileRow::id).isEqualTo(ids);
    return ids;
  }

  @Test
  void findsFiles_byFeedStateElementAndPath() {
    long waiting = ledger.found("nr-pm", "/pm/a.xml");
    long loaded = ledger.loaded("nr-pm", "/pm/b_1.xml");
    long dead = ledger.dead("lte-pm", "/pm/c.xml");
    long parked = ledger.parked("lte-pm", "/pm/d.xml", "schema_limit: too many");
    FileFilter all = FileFilter.ALL;

    assertThat(ids(all)).containsExactly(parked, dead, loaded, waiting);
    assertThat(ids(all.withFeed("nr-*"))).containsExactly(loaded, waiting);
    assertThat(ids(all.withFeed("lte-pm"))).containsExactly(parked, dead);
    assertThat(ids(all.withFeed("other"))).isEmpty();
    assertThat(ids(all.withStates(Set.of("parked")))).containsExactly(parked);
    assertThat(ids(all.withStates(Set.of("discovered", "parked")).withFeed("nr-pm")))
        .containsExactly(waiting);
    assertThat(ids(all.withStates(Set.of("loaded", "dead")))).containsExactly(dead, loaded);
    assertThat(ids(all.withElement("gnb?"))).containsExactly(dead, loaded);
    assertThat(ids(all.withPath("/pm/b_*"))).containsExactly(loaded);
    assertThat(ids(all.withPath("/pm/b?"))).isEmpty();
    assertThat(ids(FileFilter.of(List.of(waiting, dead, 4711L)))).containsExactly(dead, waiting);
    assertThat(ledger.files.ids(all, 2)).containsExactly(parked, dead);
  }

  @Test
  void findsFiles_byTimes() {
    long loaded = ledger.loaded("nr-pm", "/a");
    long waiting = ledger.found("nr-pm", "/b");
    Instant now = ledger.now;
    FileFilter all = FileFilter.ALL;

    assertThat(ids(all.withPeriod(TimeRange.since(now)))).containsExactly(loaded);
    assertThat(ids(all.withPeriod(new TimeRange(now.minusSeconds(900), now))))
        .containsExactly(waiting);
    assertThat(ids(all.withPeriod(new TimeRange(null, now)))).containsExactly(waiting);
    assertThat(ids(all.withFound(TimeRange.since(now.minusSeconds(60)))))
        .containsExactly(waiting, loaded);
    assertThat(ids(all.withFound(TimeRange.since(now.plusSeconds(3600))))).isEmpty();
  }

  @Test
  void saysWhatWasRejected_ofALoadedFile() {
    long id = ledger.loaded("nr-pm", "/a");
    ledger.rejects(id, "bad_number", 17, 1);
    ledger.rejects(id, "bad_number", 12, 1);
    ledger.rejects(id, "out_of_window", null, 3);
    assertThat(ledger.file(id).reason()).isEqualTo("3 out_of_window, 2 bad_number from line 12");
  }

  @Test
  void showsCounts_ofAFile() {
    FileRow file = ledger.file(ledger.loaded("nr-pm", "/a"));
    assertThat(file.counts()).isEqualTo(new FileRow.Counts("cell", 10, 7, 1, 0, 2, 0, 0, 0, 7));
    assertThat(file.counts().exact()).isTrue();
    assertThat(file.stage()).isEqualTo("load");
    assertThat(file.element()).isEqualTo("gnb1");
  }
}
