package io.sluice.core.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.staging.RawIdentity;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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
    return new Recovery(ledger.transactions, ledger.partitions, ledger.staging).recover(since);
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
    RawIdentity before = ledger.stage(id);
    forget(id);

    Recovery.Result result = recover();

    assertThat(result.remembered()).isEqualTo(1);
    assertThat(result.epoch()).isEqualTo(2);
    FileRow file = ledger.file(id);
    assertThat(file.path()).isEqualTo("/a");
    assertThat(file.mtime()).isEqualTo(before.mtime());
    assertThat(file.foundAt()).isEqualTo(before.foundAt());
    assertThat(ledger.work(id)).isEqualTo("handle waiting");
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
    assertThat(ledger.work(waiting)).isEqualTo("handle waiting");
    assertThat(ledger.work(handled)).isEqualTo("handle waiting");
    assertThat(ledger.number("select min(handling) from sluice.work where file_id <> " + waiting))
        .isEqualTo(2000);
    assertThat(ledger.allExact()).isTrue();
  }

  @Test
  void handlesAgain_whatWasFoundEarlierAndLoadedSince() {
    long id = ledger.fetched("f", "/a");
    ledger.unstage(id);
    ledger.execute("update sluice.file set found_at = now() - interval '5 hours'");
    ledger.stage(id);
    ledger.handle(id);
    ledger.load(id);
    assertThat(recover().again()).isEqualTo(1);
    assertThat(ledger.work(id)).isEqualTo("handle waiting");
  }

  @Test
  void leavesOlderFilesAlone() {
    long id = ledger.loaded("f", "/a");
    ledger.execute(
        "update sluice.file set found_at = found_at - interval '5 hours',"
            + " closed_at = closed_at - interval '4 hours'");
    ledger.stage(id);
    ledger.execute("delete from sluice.work");
    forgetRecentObject(id);
    assertThat(recover().again()).isZero();
    assertThat(ledger.state(id)).isEqualTo("loaded");
  }

  /** The object staged before found_at was moved back. */
  private void forgetRecentObject(long id) {
    try (var objects = ledger.staging.list("raw/")) {
      String old = ledger.rawKey(id);
      ledger.staging.delete(objects.map(o -> o.key()).filter(key -> !key.startsWith(old)).toList());
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
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
    assertThat(ledger.read(ledger.rawKey(renumbered))).isEqualTo("/a");
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
  void namesObjects_thatNobodyKnows() throws Exception {
    long id = ledger.loaded("f", "/a");
    String key = ledger.rawKey(id);
    ledger.staging.delete(java.util.List.of(RawIdentity.key(key)));
    forget(id);
    assertThat(recover().nameless()).containsExactly(key);
  }
}
