package io.sluice.core.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.ids.Tokens;
import io.sluice.core.staging.StagingKeys;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryTest {

  @TempDir Path directory;
  private Instant since;
  private OpsFixture ledger;

  @BeforeEach
  void start() {
    ledger = new OpsFixture(directory);
    since = ledger.now.minus(Duration.ofHours(1));
  }

  private Recovery.Result recover() {
    return new Recovery(ledger.transactions, ledger.partitions, ledger.staging, Map.of())
        .recover(since);
  }

  /** What a restore to a time before the file was found does to the ledger. */
  private void forget(long id) {
    ledger.execute(
        "delete from sluice.work where file_id = " + id,
        "delete from sluice.file where id = " + id);
  }

  @Test
  void insertsForgottenFile_withItsIdAndName() {
    long id = ledger.loaded("f", "/a");
    FileRow before = ledger.file(id);
    forget(id);

    Recovery.Result result = recover();

    assertThat(result.remembered()).isEqualTo(1);
    assertThat(result.epoch()).isEqualTo(2);
    FileRow file = ledger.file(id);
    assertThat(file.path()).isEqualTo("/a");
    assertThat(file.mtime()).isEqualTo(before.mtime());
    assertThat(ledger.work(id)).isEqualTo("fetch waiting");
    assertThat(ledger.text("select settle || ' ' || encode(checksum, 'hex') from sluice.work"))
        .isEqualTo("true 0102");
    assertThat(ledger.number("select handling from sluice.work")).isEqualTo(2000);
    assertThat(recover().remembered()).isZero();
  }

  @Test
  void handlesAgain_whatTheLedgerStillKnows() {
    long loaded = ledger.loaded("f", "/a");
    long waiting = ledger.found("f", "/b");
    ledger.stage(waiting);
    long handled = ledger.handled("f", "/c");

    Recovery.Result result = recover();

    assertThat(result.again()).isEqualTo(1);
    assertThat(result.reset()).isEqualTo(1);
    assertThat(ledger.work(loaded)).isEqualTo("handle waiting");
    assertThat(ledger.work(waiting)).isEqualTo("fetch waiting");
    assertThat(ledger.number("select count(pack) from sluice.work where stage = 'fetch'")).isOne();
    assertThat(ledger.work(handled)).isEqualTo("handle waiting");
    assertThat(ledger.number("select min(handling) from sluice.work where file_id <> " + waiting))
        .isEqualTo(2000);
    assertThat(ledger.allExact()).isTrue();
  }

  @Test
  void handlesAgain_whatWasFoundEarlierAndLoadedSince() {
    long id = ledger.fetched("f", "/a");
    ledger.execute("update sluice.file set found_at = now() - interval '5 hours'");
    stageEarlier(id);
    ledger.handle(id);
    ledger.load(id);
    assertThat(recover().again()).isEqualTo(1);
    assertThat(ledger.work(id)).isEqualTo("handle waiting");
  }

  /** Stages the file in a pack of an hour that the recovery does not look into. */
  private void stageEarlier(long id) {
    String key = ledger.rawKey(id);
    long old = Tokens.of(since.minus(Duration.ofHours(5)), 77);
    try (var bytes = ledger.staging.open(key)) {
      ledger.staging.put(StagingKeys.raw("f", old), bytes);
      ledger.staging.delete(List.of(key));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ledger.execute("update sluice.work set pack = " + old, "update sluice.file set pack = " + old);
  }

  @Test
  void countsWhatIsNoLongerInStaging() {
    long gone = ledger.loaded("f", "/a");
    ledger.unstage(gone);
    long there = ledger.loaded("f", "/b");

    Recovery.Result result = recover();

    assertThat(result.again()).isEqualTo(1);
    assertThat(result.gone()).isEqualTo(new LeftAlone(1, gone, "/a"));
    assertThat(ledger.state(gone)).isEqualTo("loaded");
    assertThat(ledger.work(there)).isEqualTo("handle waiting");
  }

  @Test
  void saysWhatItWouldDo_andChangesNothing() {
    long forgotten = ledger.loaded("f", "/a");
    forget(forgotten);
    long known = ledger.loaded("f", "/b");
    long queued = ledger.handled("f", "/c");
    long gone = ledger.loaded("f", "/d");
    ledger.unstage(gone);
    forget(ledger.loaded("f", "/e"));
    ledger.found("f", "/e");

    Recovery.Result plan =
        new Recovery(ledger.transactions, ledger.partitions, ledger.staging, Map.of()).plan(since);

    assertThat(ledger.number("select count(*) from sluice.work")).isEqualTo(2);
    assertThat(ledger.work(queued)).isEqualTo("load queued");
    assertThat(ledger.number("select value from sluice.meta where name = 'epoch'")).isEqualTo(1);
    assertThat(plan)
        .isEqualTo(new Recovery.Result(2, 1, 1, new LeftAlone(1, gone, "/d"), 1, 1, List.of()));
    assertThat(recover()).isEqualTo(plan);
    assertThat(ledger.work(known)).isEqualTo("handle waiting");
  }

  @Test
  void leavesOlderFilesAlone() {
    long id = ledger.loaded("f", "/a");
    stageEarlier(id);
    ledger.execute(
        "update sluice.file set found_at = found_at - interval '5 hours',"
            + " closed_at = closed_at - interval '4 hours'");
    assertThat(recover().again()).isZero();
    assertThat(ledger.state(id)).isEqualTo("loaded");
  }

  @Test
  void knowsAFile_whoseHostGotAnotherNameSinceItWasStaged() {
    long id = ledger.loaded("f", "/a");
    ledger.execute("update sluice.file set host = 'ems9', path_key = gen_random_uuid()");
    assertThat(recover().again()).isEqualTo(1);
    assertThat(ledger.text("select string_agg(id || host, ' ') from sluice.file"))
        .isEqualTo(id + "ems9");
  }

  @Test
  void givesAnotherId_whenTheOldOneWasTakenSince() {
    long id = ledger.loaded("f", "/a");
    forget(id);
    ledger.number("select setval('sluice.file_seq', 1, false)");
    long other = ledger.found("f", "/b");
    ledger.execute("delete from sluice.work", "update sluice.file set id = " + id);
    assertThat(other).isPositive();

    Recovery.Result result = recover();

    assertThat(result.remembered()).isEqualTo(1);
    assertThat(ledger.file(id).path()).isEqualTo("/b");
    long renumbered = ledger.number("select id from sluice.file where path = '/a'");
    assertThat(renumbered).isNotEqualTo(id);
    assertThat(ledger.read(renumbered)).isEqualTo("/a");
  }

  @Test
  void leavesItToTheScan_whenTheFileWasFoundAgain() {
    long id = ledger.loaded("f", "/a");
    forget(id);
    long again = ledger.found("f", "/a");
    assertThat(again).isNotEqualTo(id);
    Recovery.Result result = recover();
    assertThat(result.foundAgain()).isEqualTo(1);
    assertThat(result.remembered()).isZero();
    assertThat(ledger.work(again)).isEqualTo("fetch waiting");
  }

  @Test
  void namesPacks_thatNobodyCanRead() throws IOException {
    String key = StagingKeys.raw("f", Tokens.of(ledger.now, 5));
    ledger.staging.put(key, new ByteArrayInputStream(new byte[20]));
    assertThat(recover().damaged()).containsExactly(key);
  }
}
