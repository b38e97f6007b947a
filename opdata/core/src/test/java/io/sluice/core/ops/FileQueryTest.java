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

  private static FileFilter feed(String glob) {
    return filter(glob, null, null, TimeRange.ALL, TimeRange.ALL);
  }

  private static FileFilter element(String glob) {
    return filter(null, glob, null, TimeRange.ALL, TimeRange.ALL);
  }

  private static FileFilter path(String glob) {
    return filter(null, null, glob, TimeRange.ALL, TimeRange.ALL);
  }

  private static FileFilter found(TimeRange found) {
    return filter(null, null, null, found, TimeRange.ALL);
  }

  private static FileFilter period(TimeRange period) {
    return filter(null, null, null, TimeRange.ALL, period);
  }

  private static FileFilter filter(
      String feed, String element, String path, TimeRange found, TimeRange period) {
    return new FileFilter(List.of(), feed, Set.of(), element, path, found, period);
  }

  @Test
  void findsFiles_byFeedStateElementAndPath() {
    long waiting = ledger.found("nr-pm", "/pm/a.xml");
    long loaded = ledger.loaded("nr-pm", "/pm/b_1.xml");
    long dead = ledger.dead("lte-pm", "/pm/c.xml");
    long parked = ledger.parked("lte-pm", "/pm/d.xml", "schema_limit: too many");
    FileFilter all = FileFilter.ALL;

    assertThat(ids(all)).containsExactly(parked, dead, loaded, waiting);
    assertThat(ids(feed("nr-*"))).containsExactly(loaded, waiting);
    assertThat(ids(feed("lte-pm"))).containsExactly(parked, dead);
    assertThat(ids(feed("other"))).isEmpty();
    assertThat(ids(all.withStates(Set.of("parked")))).containsExactly(parked);
    assertThat(ids(feed("nr-pm").withStates(Set.of("discovered", "parked"))))
        .containsExactly(waiting);
    assertThat(ids(all.withStates(Set.of("loaded", "dead")))).containsExactly(dead, loaded);
    assertThat(ids(element("gnb?"))).containsExactly(dead, loaded);
    assertThat(ids(path("/pm/b_*"))).containsExactly(loaded);
    assertThat(ids(path("/pm/b?"))).isEmpty();
    assertThat(ids(FileFilter.of(List.of(waiting, dead, 4711L)))).containsExactly(dead, waiting);
    assertThat(ledger.files.ids(all, 2)).containsExactly(parked, dead);
  }

  @Test
  void findsFiles_byTimes() {
    long loaded = ledger.loaded("nr-pm", "/a");
    long waiting = ledger.found("nr-pm", "/b");
    Instant now = ledger.now;

    assertThat(ids(period(TimeRange.since(now)))).containsExactly(loaded);
    assertThat(ids(period(new TimeRange(now.minusSeconds(900), now)))).containsExactly(waiting);
    assertThat(ids(period(new TimeRange(null, now)))).containsExactly(waiting);
    assertThat(ids(found(TimeRange.since(now.minusSeconds(60))))).containsExactly(waiting, loaded);
    assertThat(ids(found(TimeRange.since(now.plusSeconds(3600))))).isEmpty();
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
