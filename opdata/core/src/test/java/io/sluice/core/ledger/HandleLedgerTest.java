package io.sluice.core.ledger;

import static io.sluice.core.ledger.LedgerFixture.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.ledger.HandleLedger.Recorded;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HandleLedgerTest {

  private final LedgerFixture ledger = new LedgerFixture();

  @BeforeEach
  void makeATarget() {
    ledger.execute(
        """
        insert into sluice.target (schema_name, name, source_name, feed, layout, mode, time_column, key_columns)
        values ('public', 't', 'T', 'f', 'wide', 'append', 'end_time', '{}');
        insert into sluice.target_table (target_id, kind, part, table_name) values (1, 'main', 1, 't');
        create table public.t (end_time timestamptz, element int, _file bigint);
        """);
  }

  private void insertRow(long fileId) {
    ledger.execute("insert into public.t values ('" + NOW + "', 35, " + fileId + ")");
  }

  @Test
  void refusesASecondClaim_unlessRedeliveredOrExpired() {
    long id = ledger.fetched("/a", NOW);
    HandleClaim first = ledger.handling.claim(id, false).orElseThrow();
    assertThat(first.path()).isEqualTo("/a");
    assertThat(ledger.handling.claim(id, false)).isEmpty();
    HandleClaim second = ledger.handling.claim(id, true).orElseThrow();
    assertThat(second.handling()).isEqualTo(first.handling() + 1);
    assertThat(second.attempts()).isEqualTo(2);
    assertThat(ledger.handling.renew(first)).isFalse();
    assertThat(ledger.handling.renew(second)).isTrue();
    ledger.execute("update sluice.work set lease_until = now() - interval '1 s'");
    assertThat(ledger.handling.claim(id, false)).isPresent();
  }

  @Test
  void loses_whenAnotherHandlingWasBegun() {
    long id = ledger.fetched("/a", NOW);
    HandleClaim first = ledger.handling.claim(id, false).orElseThrow();
    ledger.handling.claim(id, true);
    HandledFile handled = new HandledFile(1, "cell", 1, 0, 0, 0, null, null, null);
    assertThat(ledger.handling.record(first, handled, true)).isEqualTo(Recorded.LOST);
    assertThat(ledger.state(id)).isEqualTo("fetched");
  }

  @Test
  void givesTheAttemptBack_whenReleased() {
    long id = ledger.fetched("/a", NOW);
    ledger.handling.release(ledger.handling.claim(id, false).orElseThrow());
    assertThat(ledger.handling.claim(id, false).orElseThrow().attempts()).isEqualTo(1);
  }

  @Test
  void replacesOlderVersion_whenACorrectionIsHandled() {
    long older = ledger.fetched("/a", NOW);
    ledger.handle(older, true);
    insertRow(older);
    ledger.loaded(older, 1);
    assertThat(ledger.state(older)).isEqualTo("loaded");

    long newer = ledger.fetched("/a", NOW.plusSeconds(60));
    assertThat(ledger.handle(newer, true)).isEqualTo(Recorded.CURRENT);

    assertThat(ledger.number("select count(*) from public.t")).isZero();
    assertThat(ledger.state(older)).isEqualTo("replaced");
    assertThat(ledger.number("select replaced from sluice.file where id = " + older)).isEqualTo(7);
    assertThat(
            ledger.column(
                "select table_id || ' ' || bucket at time zone 'UTC' || ' ' || slice from sluice.mark"))
        .containsExactly("1 2026-03-10 09:00:00 3");
    assertExact();
  }

  @Test
  void replacesVersionInFlight_whenACorrectionOvertakesIt() {
    long older = ledger.fetched("/a", NOW);
    ledger.handle(older, true);
    long newer = ledger.fetched("/a", NOW.plusSeconds(60));
    ledger.handle(newer, true);
    assertThat(ledger.state(older)).isEqualTo("replaced");
    assertThat(ledger.number("select count(*) from sluice.work")).isEqualTo(1);
    assertExact();
  }

  @Test
  void closesAsReplaced_whenANewerVersionIsThereAlready() {
    long newer = ledger.fetched("/a", NOW.plusSeconds(60));
    ledger.handle(newer, true);
    insertRow(newer);
    ledger.loaded(newer, 1);
    long older = ledger.fetched("/a", NOW);
    assertThat(ledger.handle(older, true)).isEqualTo(Recorded.REPLACED);
    assertThat(ledger.number("select count(*) from public.t")).isEqualTo(1);
    assertThat(ledger.state(older)).isEqualTo("replaced");
    assertExact();
  }

  @Test
  void leavesOtherVersionsAlone_whenTheTargetMerges() {
    long older = ledger.fetched("/a", NOW);
    ledger.handle(older, false);
    insertRow(older);
    ledger.loaded(older, 1);
    long newer = ledger.fetched("/a", NOW.plusSeconds(60));
    assertThat(ledger.handle(newer, false)).isEqualTo(Recorded.CURRENT);
    assertThat(ledger.number("select count(*) from public.t")).isEqualTo(1);
    assertThat(ledger.state(older)).isEqualTo("loaded");
  }

  @Test
  void countsAddUp_fromHandlingToTheEnd() {
    long id = ledger.fetched("/a", NOW);
    ledger.handle(id, true);
    assertThat(ledger.number("select pending from sluice.reconciliation")).isEqualTo(7);
    assertExact();
    ledger.loaded(id, 1);
    assertThat(ledger.number("select loaded from sluice.reconciliation")).isEqualTo(7);
    assertThat(ledger.text("select element from sluice.file where id = " + id)).isEqualTo("gnb1");
    assertExact();
  }

  @Test
  void archiveSettles_whenItsLastMemberHasClosed() {
    long archive = ledger.fetched("/a.zip", NOW);
    long first = ledger.fetched("/a.zip!/1", NOW);
    long second = ledger.fetched("/a.zip!/2", NOW);
    ledger.execute(
        "update sluice.work set stage = 'settle', state = 'waiting', settle = true where file_id = "
            + archive);
    ledger.execute(
        "update sluice.work set parent = "
            + archive
            + " where file_id in ("
            + first
            + ","
            + second
            + ")");
    ledger.handle(first, true);
    ledger.loaded(first, 1);
    assertThat(ledger.text("select state from sluice.work where file_id = " + archive))
        .isEqualTo("waiting");
    ledger.transactions.durable(
        c ->
            FileCloser.close(
                c,
                second,
                FileCloser.End.REJECTED,
                io.sluice.core.message.Stage.HANDLE,
                "empty",
                null));
    assertThat(ledger.text("select state from sluice.work where file_id = " + archive))
        .isEqualTo("queued");
  }

  private void assertExact() {
    assertThat(ledger.column("select exact from sluice.reconciliation")).containsOnly("t");
  }
}
