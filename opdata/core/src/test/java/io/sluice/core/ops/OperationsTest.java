package io.sluice.core.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperationsTest {

  @TempDir Path directory;
  private OpsFixture ledger;

  @BeforeEach
  void start() {
    ledger = new OpsFixture(directory);
  }

  @Test
  void listsDeadFiles_withTheirLastFailure() {
    long id = ledger.dead("f", "/a");
    DeadFiles dead = new DeadFiles(ledger.transactions);

    DeadFiles.Entry entry = dead.list(null, 10).get(0);
    assertThat(entry.file().id()).isEqualTo(id);
    assertThat(entry.file().state()).isEqualTo("dead");
    assertThat(entry.last().error()).isEqualTo("boom");
    assertThat(entry.deaths()).isEqualTo(1);
    assertThat(dead.list("other*", 10)).isEmpty();
    assertThat(dead.deaths(id)).extracting(DeadFiles.Death::stage).containsExactly("load");
  }

  @Test
  void closesAsDiscarded_whenADeadOrParkedFileIsGivenUp() {
    DeadFiles dead = new DeadFiles(ledger.transactions);
    long one = ledger.dead("f", "/a");
    long two = ledger.parked("f", "/b", "privilege: no");
    ledger.execute("update sluice.work set read = 5, rejected = 2 where file_id = " + two);
    long loaded = ledger.loaded("f", "/c");
    long busy = ledger.handled("f", "/d");

    FileRow discarded = dead.discard(one, "test data").orElseThrow();
    assertThat(discarded.state()).isEqualTo("discarded");
    assertThat(discarded.reason()).isEqualTo("test data");
    assertThat(dead.list(null, 10)).isEmpty();
    assertThat(dead.discard(two, "no").orElseThrow().counts().dead()).isEqualTo(3);
    assertThat(dead.discard(loaded, "no")).isEmpty();
    assertThat(dead.discard(busy, "no")).isEmpty();
    assertThat(ledger.allExact()).isTrue();
  }

  /** Such as those of a host that its feed no longer has. */
  @Test
  void givesUpFiles_thatOnlyWaitForTheirSource() {
    DeadFiles dead = new DeadFiles(ledger.transactions);
    long waiting = ledger.found("f", "/a");
    long settling = ledger.handled("f", "/b");
    ledger.execute("update sluice.work set settle = true where file_id = " + settling);
    ledger.load(settling);
    assertThat(ledger.work(settling)).isEqualTo("settle waiting");
    long duplicate = ledger.found("f", "/d");
    ledger.execute(
        "update sluice.work set stage = 'settle', state = 'parked', reason = 'duplicate: of /b'"
            + " where file_id = "
            + duplicate);
    long replayed = ledger.loaded("f", "/c");
    new Replay(ledger.transactions, ledger.staging, Map.of())
        .replay(List.of(replayed), Replay.From.SOURCE);

    assertThat(dead.discard(waiting, "host is gone").orElseThrow().state()).isEqualTo("discarded");
    assertThat(dead.discard(settling, "host is gone").orElseThrow().state()).isEqualTo("loaded");
    assertThat(ledger.file(settling).reason()).isEqualTo("host is gone");
    assertThat(dead.discard(duplicate, "host is gone").orElseThrow().state())
        .isEqualTo("duplicate");
    assertThat(dead.discard(replayed, "no")).as("its rows are loaded").isEmpty();
    assertThat(ledger.allExact()).isTrue();
  }

  @Test
  void pausesAndResumes_feedsAndHosts() {
    Pauses pauses = new Pauses(ledger.transactions);
    assertThat(pauses.pause("f", "ems1")).isTrue();
    assertThat(pauses.pause("f", "ems1")).isFalse();
    assertThat(pauses.pause("f", "")).isTrue();
    assertThat(pauses.list()).extracting(Pauses.Pause::host).containsExactly("", "ems1");
    assertThat(pauses.resume("f", "ems1")).isEqualTo(1);
    pauses.pause("f", "ems2");
    assertThat(pauses.resume("f", "")).isEqualTo(2);
    assertThat(pauses.list()).isEmpty();
  }

  @Test
  void letsOnlyFilesOfTheLimitGoOn_whenASchemaIsApproved() {
    SchemaApproval approval = new SchemaApproval(ledger.transactions);
    long limited = ledger.parked("f", "/a", "schema_limit: 51 new tables today");
    long other = ledger.parked("f", "/b", "privilege: no");
    ledger.parked("g", "/c", "schema_limit: 51 new tables today");
    assertThat(approval.list())
        .extracting(SchemaApproval.Use::feed, SchemaApproval.Use::parked)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("f", 1L),
            org.assertj.core.groups.Tuple.tuple("g", 1L));

    assertThat(approval.approve("f", 20, 100)).isEqualTo(1);

    assertThat(ledger.work(limited)).isEqualTo("handle waiting");
    assertThat(ledger.work(other)).isEqualTo("handle parked");
    SchemaApproval.Use use = approval.list().get(0);
    assertThat(use.moreTables()).isEqualTo(20);
    assertThat(use.moreColumns()).isEqualTo(100);
  }

  @Test
  void resumesParkedFiles_byFeed() {
    ParkedFiles parked = new ParkedFiles(ledger.transactions);
    long one = ledger.parked("f", "/a", "privilege: no");
    ledger.parked("f", "/b", "privilege: no");
    ledger.parked("g", "/c", "privilege: no");
    assertThat(parked.groups(null)).extracting(ParkedFiles.Group::files).containsExactly(2L, 1L);
    assertThat(parked.resume("f")).isEqualTo(2);
    assertThat(ledger.work(one)).isEqualTo("handle waiting");
    assertThat(parked.groups(null)).extracting(ParkedFiles.Group::feed).containsExactly("g");
  }

  @Test
  void tellsHowAFeedIsDoing() {
    ledger.loaded("f", "/a");
    ledger.dead("f", "/b");
    ledger.found("f", "/c");
    ledger.handled("f", "/d");
    ledger.parked("f", "/e", "privilege: no");
    long archive = ledger.found("f", "/f.zip");
    ledger.execute(
        "update sluice.work set stage = 'settle' where file_id = " + archive,
        "insert into sluice.scan (feed, host, last_at, error) values ('f', 'ems1', now(), 'away')");
    new Pauses(ledger.transactions).pause("f", "ems1");

    List<FeedStatus.Line> lines =
        new FeedStatus(ledger.transactions, Clock.systemUTC()).lines(null, List.of("quiet"));

    assertThat(lines).extracting(FeedStatus.Line::feed).containsExactly("f", "quiet");
    FeedStatus.Line line = lines.get(0);
    assertThat(line.waiting()).isEqualTo(1);
    assertThat(line.at("load")).isEqualTo(1);
    assertThat(line.at("settle")).isEqualTo(1);
    assertThat(line.parked()).isEqualTo(1);
    assertThat(line.dead()).isEqualTo(1);
    assertThat(line.rejected()).isZero();
    assertThat(line.lastPeriod()).isEqualTo(ledger.now);
    assertThat(line.lag()).isLessThan(Duration.ofMinutes(10));
    assertThat(line.cellsPerSecond()).isEqualTo(7 / 300.0);
    assertThat(line.rowsPerSecond()).isEqualTo(7 / 300.0);
    assertThat(line.paused()).containsExactly("ems1");
    assertThat(line.scanError()).isEqualTo("ems1: away");
    assertThat(lines.get(1).lastPeriod()).isNull();
  }

  @Test
  void saysWhichHoursAreNotExact() {
    Reconciliation reconciliation = new Reconciliation(ledger.transactions);
    long id = ledger.loaded("f", "/a");
    ledger.handled("f", "/b");
    Reconciliation.Hour hour = reconciliation.hours(null, TimeRange.ALL).get(0);
    assertThat(hour.exact()).isTrue();
    assertThat(hour.files()).isEqualTo(2);
    assertThat(hour.open()).isEqualTo(1);
    assertThat(hour.counts().pending()).isEqualTo(7);
    ledger.execute("update sluice.file set loaded = loaded - 1 where id = " + id);
    assertThat(reconciliation.hours("f", TimeRange.ALL).get(0).inexact()).isEqualTo(1);
  }
}
