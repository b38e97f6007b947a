package io.sluice.core.ledger;

import static io.sluice.core.work.WorkFixture.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.ids.FileIds;
import io.sluice.core.work.WorkFixture;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FileIntakeTest {

  private final WorkFixture ledger = new WorkFixture();

  private static FoundFile file(String path, Instant mtime) {
    return new FoundFile("ems1", path, 100, mtime, null);
  }

  private FileIntake.Result offer(FoundFile... files) {
    return ledger.intake.offer("f", List.of(files), f -> f.path().contains("old"), true);
  }

  @Test
  void writesFileAndWork_whenNew() {
    assertThat(offer(file("/a", NOW), file("/old", NOW.minusSeconds(86_400))))
        .isEqualTo(new FileIntake.Result(2, 0, 0));
    assertThat(
            ledger.column(
                "select stage || state || bulk || settle from sluice.work order by file_id"))
        .containsExactly("fetchwaitingtruetrue", "fetchwaitingfalsetrue");
    assertThat(ledger.column("select sluice.day_of(id) - day from sluice.file"))
        .containsExactly("0", "0");
  }

  @Test
  void skipsFile_whenLedgerHasIt_evenTwiceInOneOffer() {
    assertThat(offer(file("/a", NOW), file("/a", NOW)).found()).isEqualTo(1);
    assertThat(offer(file("/a", NOW), file("/b", NOW))).isEqualTo(new FileIntake.Result(1, 1, 0));
    assertThat(ledger.number("select count(*) from sluice.work")).isEqualTo(2);
  }

  @Test
  void takesFileAgain_whenSizeOrTimeChanged() {
    offer(file("/a", NOW));
    assertThat(offer(new FoundFile("ems1", "/a", 101, NOW, null)).found()).isEqualTo(1);
    assertThat(offer(file("/a", NOW.plusNanos(1000))).found()).isEqualTo(1);
    assertThat(offer(new FoundFile("ems2", "/a", 100, NOW, null)).found()).isEqualTo(1);
  }

  @Test
  void ignoresFile_whenOlderThanTheLedgerKeeps() {
    assertThat(offer(file("/a", NOW.minus(Duration.ofDays(31)))))
        .isEqualTo(new FileIntake.Result(0, 0, 1));
    assertThat(ledger.number("select count(*) from sluice.file")).isZero();
  }

  @Test
  void reopensAFile_thatVanishedBeforeItWasStaged_andIsThereAgain() {
    offer(file("/a", NOW));
    ledger.execute("delete from sluice.work");
    ledger.execute(
        "update sluice.file set state = 'rejected', reason = 'vanished: gone', closed_at = now()");
    assertThat(offer(file("/a", NOW))).isEqualTo(new FileIntake.Result(1, 0, 0));
    assertThat(ledger.text("select stage || state || path from sluice.work"))
        .isEqualTo("fetchwaiting/a");
    assertThat(offer(file("/a", NOW)).found()).isZero();
    ledger.execute("delete from sluice.work");
    ledger.execute("update sluice.file set reason = 'empty: nothing in it'");
    assertThat(offer(file("/a", NOW)).found()).isZero();
  }

  @Test
  void writesEachFileOnce_whenReplicasOfferTheSame() {
    List<FoundFile> files = IntStream.range(0, 300).mapToObj(i -> file("/" + i, NOW)).toList();
    int found =
        IntStream.range(0, 8)
            .parallel()
            .map(i -> ledger.intake.offer("f", files, f -> false, false).found())
            .sum();
    assertThat(found).isEqualTo(300);
    assertThat(ledger.number("select count(*) from sluice.work")).isEqualTo(300);
  }

  @Test
  void dropsOldDays_butNotThoseWithFilesInFlight() {
    offer(
        file("/a", NOW),
        file("/b", NOW.minus(Duration.ofDays(20))),
        file("/c", NOW.minus(Duration.ofDays(10))));
    ledger.execute("delete from sluice.work where period < '2026-02-25'");
    assertThat(ledger.partitions.dropBefore(FileIds.day(NOW))).isEqualTo(1);
    assertThat(ledger.column("select path from sluice.file order by 1"))
        .containsExactly("/a", "/c");
    assertThat(offer(file("/b", NOW.minus(Duration.ofDays(20)))).found()).isEqualTo(1);
  }
}
