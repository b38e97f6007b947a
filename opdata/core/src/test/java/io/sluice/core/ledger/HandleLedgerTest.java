package io.sluice.core.ledger;

import static io.sluice.core.work.WorkFixture.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.work.FileCloser;
import io.sluice.core.work.Work;
import io.sluice.core.work.WorkFixture;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HandleLedgerTest {

  private final WorkFixture line = new WorkFixture();

  @BeforeEach
  void makeATarget() {
    line.execute(
        """
        insert into sluice.target (schema_name, name, source_name, feed, layout, mode, time_column, key_columns)
        values ('public', 't', 'T', 'f', 'wide', 'append', 'end_time', '{}');
        insert into sluice.target_table (target_id, kind, part, table_name) values (1, 'main', 1, 't');
        create table public.t (end_time timestamptz, element int, _file bigint);
        """);
  }

  private void insertRow(long fileId) {
    line.execute("insert into public.t values ('" + NOW + "', 35, " + fileId + ")");
  }

  private long loaded(String path, java.time.Instant mtime) {
    long id = line.found(path, mtime);
    line.load(line.handle(line.fetch(), true).next().orElseThrow(), 1);
    insertRow(id);
    return id;
  }

  @Test
  void replacesOlderVersion_whenACorrectionIsHandled() {
    long older = loaded("/a", NOW);
    assertThat(line.state(older)).isEqualTo("loaded");

    long newer = line.found("/a", NOW.plusSeconds(60));
    HandleLedger.Recorded recorded = line.handle(line.fetch(), true);
    assertThat(recorded.current()).containsExactly(newer);

    assertThat(line.number("select count(*) from public.t")).isZero();
    assertThat(line.state(older)).isEqualTo("replaced");
    assertThat(line.number("select replaced from sluice.file where id = ?", older)).isEqualTo(7);
    assertThat(
            line.column(
                "select table_id || ' ' || bucket at time zone 'UTC' || ' ' || slice from sluice.mark"))
        .containsExactly("1 2026-03-10 09:00:00 3");
    assertThat(line.exact()).isTrue();
  }

  @Test
  void replacesVersionInFlight_whenACorrectionOvertakesIt() {
    long older = line.found("/a", NOW);
    line.handle(line.fetch(), true);
    line.found("/a", NOW.plusSeconds(60));
    line.handle(line.fetch(), true);
    assertThat(line.state(older)).isEqualTo("replaced");
    assertThat(line.number("select count(*) from sluice.work")).isEqualTo(1);
    assertThat(line.exact()).isTrue();
  }

  @Test
  void loadsTheNewestOnly_whenTwoVersionsAreInOneBatch() {
    long older = line.found("/a", NOW);
    long newer = line.found("/a", NOW.plusSeconds(60));
    HandleLedger.Recorded recorded = line.handle(line.fetch(), true);
    assertThat(recorded.current()).containsExactly(newer);
    assertThat(recorded.replaced()).containsExactly(older);
    assertThat(line.state(older)).isEqualTo("replaced");
    assertThat(line.exact()).isTrue();
  }

  /** Each batch has the newer version of what the other has the older one of. */
  @Test
  void loadsTheNewestOnly_whenTwoBatchesThatCorrectEachOtherAreRecordedAtOnce() {
    for (int i = 0; i < 30; i++) {
      String one = "/one" + i;
      String two = "/two" + i;
      List<Long> first = List.of(line.found(one, NOW), line.found(two, NOW.plusSeconds(60)));
      WorkMessage a = line.fetch();
      List<Long> second = List.of(line.found(one, NOW.plusSeconds(60)), line.found(two, NOW));
      WorkMessage b = line.fetch();

      CompletableFuture<?> other = CompletableFuture.runAsync(() -> line.handle(a, true));
      line.handle(b, true);
      other.join();

      assertThat(line.state(first.get(0))).isEqualTo("replaced");
      assertThat(line.state(second.get(1))).isEqualTo("replaced");
      assertThat(line.work(first.get(1))).startsWith("load");
      assertThat(line.work(second.get(0))).startsWith("load");
    }
    assertThat(line.exact()).isTrue();
  }

  @Test
  void closesAsReplaced_whenANewerVersionIsThereAlready() {
    loaded("/a", NOW.plusSeconds(60));
    long older = line.found("/a", NOW);
    HandleLedger.Recorded recorded = line.handle(line.fetch(), true);
    assertThat(recorded.replaced()).containsExactly(older);
    assertThat(recorded.next()).isEmpty();
    assertThat(line.number("select count(*) from public.t")).isEqualTo(1);
    assertThat(line.state(older)).isEqualTo("replaced");
    assertThat(line.number("select count(*) from sluice.batch")).isZero();
    assertThat(line.exact()).isTrue();
  }

  @Test
  void closesAsReplaced_whileTheNewerVersionIsReplayed() {
    line.replay(loaded("/a", NOW.plusSeconds(60)));
    long older = line.found("/a", NOW);
    assertThat(line.handle(line.fetch(), true).replaced()).containsExactly(older);
    assertThat(line.number("select count(*) from public.t")).isEqualTo(1);
    assertThat(line.exact()).isTrue();
  }

  @Test
  void staysReplaced_whenAnOlderVersionIsReplayed() {
    long older = loaded("/a", NOW);
    loaded("/a", NOW.plusSeconds(60));
    HandleLedger.Recorded recorded = line.handle(line.replay(older), true);
    assertThat(recorded.replaced()).containsExactly(older);
    assertThat(line.state(older)).isEqualTo("replaced");
    assertThat(line.number("select count(*) from public.t")).isEqualTo(1);
    assertThat(line.exact()).isTrue();
  }

  /** Its first chunk was committed, the others and its raw file lost, and its source changed. */
  @Test
  void replacesRows_ofAVersionThatCouldNotBeFetchedAgain() {
    long older = line.found("/a", NOW);
    line.handle(line.fetch(), true);
    insertRow(older);
    line.execute(
        "update sluice.work set loaded = 3, rows = 1, tables = '{1}', table_rows = '{1}',"
            + " batch = null, state = 'waiting', stage = 'fetch'");
    line.execute("delete from sluice.batch");
    FileCloser.Ending changed =
        new FileCloser.Ending(older, FileCloser.End.REPLACED, Stage.FETCH, "changed: it", null);
    line.transactions.ledger(
        c -> {
          FileCloser.close(c, List.of(changed));
          return null;
        });
    assertThat(line.exact()).isTrue();

    line.found("/a", NOW.plusSeconds(60));
    line.handle(line.fetch(), true);

    assertThat(line.number("select count(*) from public.t")).isZero();
    assertThat(line.state(older)).isEqualTo("replaced");
    assertThat(line.exact()).isTrue();
  }

  @Test
  void closesAsRejected_whenAReplayThatDeletedTheRowsCannotBeFetched() {
    long id = loaded("/a", NOW);
    line.handle(line.replay(id), true);
    assertThat(line.number("select count(*) from public.t")).isZero();

    line.transactions.ledger(
        c -> {
          FileCloser.close(
              c,
              List.of(
                  new FileCloser.Ending(
                      id, FileCloser.End.REJECTED, Stage.FETCH, "vanished: gone", null)));
          return null;
        });
    assertThat(line.state(id)).isEqualTo("rejected");
    assertThat(line.exact()).isTrue();
  }

  @Test
  void leavesOtherVersionsAlone_whenTheTargetMerges() {
    long older = line.found("/a", NOW);
    line.load(line.handle(line.fetch(), false).next().orElseThrow(), 1);
    insertRow(older);
    line.found("/a", NOW.plusSeconds(60));
    assertThat(line.handle(line.fetch(), false).replaced()).isEmpty();
    assertThat(line.number("select count(*) from public.t")).isEqualTo(1);
    assertThat(line.state(older)).isEqualTo("loaded");
  }

  @Test
  void countsAddUp_fromHandlingToTheEnd() {
    long id = line.found("/a").get(0);
    WorkMessage load = line.handle(line.fetch(), true).next().orElseThrow();
    assertThat(line.number("select pending from sluice.reconciliation")).isEqualTo(7);
    assertThat(line.exact()).isTrue();
    line.load(load, 1);
    assertThat(line.number("select loaded from sluice.reconciliation")).isEqualTo(7);
    assertThat(line.text("select element from sluice.file where id = ?", id)).isEqualTo("gnb1");
    assertThat(line.exact()).isTrue();
  }

  @Test
  void leavesAFileAlone_whenAPersonTookItOutMeanwhile() {
    List<Long> ids = line.found("/a", "/b");
    WorkMessage message = line.fetch();
    line.stage(
            Stage.HANDLE,
            claim -> {
              line.execute(
                  "update sluice.work set batch = null, state = 'waiting' where file_id = "
                      + ids.get(0));
              HandleLedger.Recorded recorded = line.handle(claim, true);
              assertThat(recorded.current()).containsExactly(ids.get(1));
              return WorkFixture.done(claim, recorded.next().stream().toList());
            })
        .work(message, false);
    assertThat(line.work(ids.get(0))).isEqualTo("handle waiting 0");
    assertThat(line.work(ids.get(1))).isEqualTo("load queued 0");
  }

  @Test
  void archiveSettles_whenItsLastMemberHasClosed() {
    long archive = line.found("/a.zip").get(0);
    line.transactions.ledger(
        c -> {
          Work.expanded(c, List.of(archive));
          return null;
        });
    line.execute("update sluice.work set settle = true");
    List<Long> members = line.found("/a.zip!/1", "/a.zip!/2");
    line.execute("update sluice.work set parent = " + archive + " where stage = 'fetch'");
    WorkMessage load = line.handle(line.fetch(), true).next().orElseThrow();
    line.transactions.durable(
        c -> {
          FileCloser.close(c, members.get(1), FileCloser.End.REJECTED, Stage.HANDLE, "empty", null);
          return null;
        });
    assertThat(line.work(archive)).isEqualTo("settle expanded 0");
    line.load(load, 1);
    assertThat(line.work(archive)).isEqualTo("settle waiting 0");
  }
}
