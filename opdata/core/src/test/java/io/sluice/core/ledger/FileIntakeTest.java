package io.sluice.core.ledger;

import static io.sluice.core.work.WorkFixture.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.ids.FileIds;
import io.sluice.core.work.WorkFixture;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
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
        .isEqualTo(new FileIntake.Result(2, 0, 0, List.of()));
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
    assertThat(offer(file("/a", NOW), file("/b", NOW)))
        .isEqualTo(new FileIntake.Result(1, 1, 0, List.of()));
    assertThat(ledger.number("select count(*) from sluice.work")).isEqualTo(2);
  }

  @Test
  void numbersFilesByPeriodAndPath_howeverTheyAreListed() {
    List<String> paths = IntStream.range(10, 30).mapToObj(i -> "/" + i).toList();
    List<FoundFile> listed = new ArrayList<>(paths.stream().map(p -> file(p, NOW)).toList());
    Collections.reverse(listed);
    listed.add(new FoundFile("ems1", "/99", 100, NOW, NOW.minusSeconds(900)));
    ledger.intake.offer("f", listed, f -> false, false);
    assertThat(ledger.column("select path from sluice.work order by file_id"))
        .startsWith("/99")
        .endsWith(paths.toArray(String[]::new));
  }

  @Test
  void takesFileAgain_whenSizeOrTimeChanged() {
    offer(file("/a", NOW));
    assertThat(offer(new FoundFile("ems1", "/a", 101, NOW, null)).found()).isEqualTo(1);
    assertThat(offer(file("/a", NOW.plusNanos(1000))).found()).isEqualTo(1);
    assertThat(offer(new FoundFile("ems2", "/a", 100, NOW, null)).found()).isEqualTo(1);
  }

  @Test
  void writesDownOnce_whatIsOlderThanTheLedgerKeeps() {
    FoundFile old = file("/a", NOW.minus(Duration.ofDays(31)));
    assertThat(offer(old)).isEqualTo(new FileIntake.Result(0, 0, 1, List.of("too_old")));
    assertThat(offer(old)).isEqualTo(new FileIntake.Result(0, 0, 1, List.of()));
    assertThat(ledger.text("select state || ' ' || path || ' ' || reason from sluice.file_status"))
        .startsWith("skipped /a too_old: ");
    assertThat(ledger.number("select count(*) from sluice.work")).isZero();
    assertThat(ledger.number("select count(*) from sluice.file where sluice.day_of(id) = day"))
        .isEqualTo(1);
  }

  @Test
  void collectsWhatWasSkipped_whenTheLedgerKeepsLonger() {
    FoundFile old = file("/a", NOW.minus(Duration.ofDays(31)));
    offer(old);
    FileIntake longer = intake(NOW, Duration.ofDays(60));
    assertThat(longer.offer("f", List.of(old), f -> true, false))
        .isEqualTo(new FileIntake.Result(1, 0, 0, List.of()));
    assertThat(ledger.column("select state from sluice.file_status")).containsExactly("discovered");
    assertThat(longer.offer("f", List.of(old), f -> true, false).found()).isZero();
  }

  @Test
  void doesNotSkip_whatTheLedgerStillHas() {
    FoundFile file = file("/a", NOW.minus(Duration.ofDays(20)));
    offer(file);
    intake(NOW.plus(Duration.ofDays(15)), Duration.ofDays(30))
        .offer("f", List.of(file), f -> true, false);
    assertThat(ledger.column("select state from sluice.file_status")).containsExactly("discovered");
  }

  @Test
  void makesOnePartition_whateverTheClocksOfTheSourcesSay() {
    FoundFile[] files =
        IntStream.range(0, 200)
            .mapToObj(i -> file("/" + i, NOW.plus(Duration.ofDays(2 + i * 30L))))
            .toArray(FoundFile[]::new);
    assertThat(offer(files).found()).isEqualTo(200);
    assertThat(offer(files).known()).isEqualTo(200);
    assertThat(
            ledger.number(
                "select count(*) from pg_inherits where inhparent = 'sluice.file'::regclass"))
        .isEqualTo(1);
  }

  @Test
  void knowsAFileOfTheFuture_whenItsDayHasCome() {
    FoundFile file = file("/a", NOW.plus(Duration.ofDays(5)));
    offer(file);
    FileIntake later = intake(NOW.plus(Duration.ofDays(5)), Duration.ofDays(30));
    assertThat(later.offer("f", List.of(file), f -> false, false).known()).isEqualTo(1);
    assertThat(ledger.number("select count(*) from sluice.work")).isEqualTo(1);
  }

  @Test
  void forgetsWhatHasNoDayOfItsOwn_byItsAge() {
    FoundFile future = file("/future", NOW.plus(Duration.ofDays(400)));
    offer(file("/old", NOW.minus(Duration.ofDays(31))), future);
    ledger.execute("delete from sluice.work");
    ledger.execute(
        "insert into sluice.replay select id, 2, now(), 'loaded', null, 0, 0, 0, 0, 0, 0, 0"
            + " from sluice.file");
    ledger.execute("update sluice.file set closed_at = '2026-03-01'");
    ledger.partitions.dropBefore(FileIds.day(NOW));

    assertThat(ledger.column("select path from sluice.file")).containsExactly("/future");
    assertThat(ledger.number("select count(*) from sluice.replay")).isEqualTo(1);
    assertThat(offer(future).known()).isEqualTo(1);
  }

  @Test
  void deletesOldMarks_butNotThoseSomebodyReads() {
    ledger.execute("insert into sluice.mark_reader values (2, 'hourly')");
    ledger.execute(
        "insert into sluice.mark (table_id, bucket, slice, at) values (1, '2020-01-01', 0, '2026-01-01'),"
            + " (2, '2020-01-01', 0, '2026-01-01'), (1, '2020-01-02', 0, '2026-04-01')");
    ledger.partitions.dropBefore(FileIds.day(NOW));

    assertThat(ledger.column("select table_id || ' ' || at::date from sluice.mark order by 1"))
        .containsExactly("1 2026-04-01", "2 2026-01-01");
  }

  private FileIntake intake(Instant now, Duration keep) {
    return new FileIntake(
        ledger.transactions, ledger.partitions, Clock.fixed(now, ZoneOffset.UTC), keep);
  }

  @Test
  void reopensAFile_thatVanishedBeforeItWasStaged_andIsThereAgain() {
    offer(file("/a", NOW));
    ledger.execute("delete from sluice.work");
    ledger.execute(
        "update sluice.file set state = 'rejected', reason = 'vanished: gone', closed_at = now()");
    assertThat(offer(file("/a", NOW))).isEqualTo(new FileIntake.Result(1, 0, 0, List.of()));
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

  /** A next version could not delete rows of one that is forgotten. */
  @Test
  void remembersFilesOfOldDays_whoseNextVersionReplacesTheirRows() {
    Instant old = NOW.minus(Duration.ofDays(20));
    offer(
        file("/cells.csv", old),
        file("/merged.csv", old),
        file("/empty.csv", old),
        file("/A20260218.0915+0000.xml", old));
    ledger.execute(
        """
        insert into sluice.target (schema_name, name, source_name, feed, layout, mode, time_column, key_columns)
        values ('public', 'a', 'A', 'f', 'rows', 'append', 't', '{}'), ('public', 'm', 'M', 'f', 'rows', 'merge', 't', '{}');
        insert into sluice.target_table (target_id, kind, part, table_name)
        select id, 'main', 1, name from sluice.target;
        delete from sluice.work;
        update sluice.file f set state = 'loaded', closed_at = now(), rows = case path when '/empty.csv' then 0 else 5 end,
          tables = array(select t.id from sluice.target_table t
            where t.table_name = case f.path when '/merged.csv' then 'm' else 'a' end);
        insert into sluice.replay select id, 2, now(), 'loaded', null, 0, 0, 0, 0, 0, 0, 0 from sluice.file
        """);
    assertThat(ledger.partitions.dropBefore(FileIds.day(NOW))).isZero();
    assertThat(ledger.column("select path from sluice.file")).containsExactly("/cells.csv");
    assertThat(ledger.number("select count(*) from sluice.replay")).isEqualTo(1);
    assertThat(offer(file("/cells.csv", old)).found()).isZero();

    ledger.execute("update sluice.file set state = 'replaced', rows = 0");
    assertThat(ledger.partitions.dropBefore(FileIds.day(NOW))).isEqualTo(1);
    assertThat(ledger.number("select count(*) from sluice.replay")).isZero();
  }

  @Test
  void dropsOldWeeks_butNotThoseWithFilesInFlight() {
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
