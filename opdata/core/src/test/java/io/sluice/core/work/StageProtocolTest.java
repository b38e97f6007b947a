package io.sluice.core.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.fate.RetryBatch;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.sql.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StageProtocolTest {

  private static final StageTask KILLED =
      claim -> {
        throw new AssertionError("the process ends here");
      };

  private final WorkFixture line = new WorkFixture();
  private final List<Claim> claims = new ArrayList<>();

  private StageTask.Result note(Claim claim) {
    claims.add(claim);
    return new StageTask.Result(Map.of(), List.of());
  }

  private void kill(WorkMessage message, boolean redelivered) {
    assertThatThrownBy(() -> line.stage(message.stage(), KILLED).work(message, redelivered))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void takesABatchThroughAllStages_withItsFilesTogether() {
    List<Long> ids = line.loaded(true, "/a", "/b", "/c");
    assertThat(ids).allSatisfy(id -> assertThat(line.state(id)).isEqualTo("loaded"));
    assertThat(line.number("select count(*) from sluice.batch")).isZero();
    assertThat(line.exact()).isTrue();
    assertThat(line.counted("sluice.stage.received")).isEqualTo(9);
    assertThat(line.counted("sluice.stage.done")).isEqualTo(9);
    assertThat(line.number("select count(distinct pack) from sluice.file")).isEqualTo(1);
  }

  @Test
  void refusesASecondClaim_unlessRedeliveredOrExpired() {
    line.found("/a");
    WorkMessage message = line.cut(Stage.FETCH);
    StageProtocol stage = line.stage(Stage.FETCH, this::note);
    stage.work(message, false);
    stage.work(message, false);
    assertThat(claims).hasSize(1);
    assertThat(line.counted("sluice.stage.duplicate")).isEqualTo(2);
    stage.work(message, true);
    assertThat(claims).hasSize(2);
    assertThat(claims.get(1).token()).isGreaterThan(claims.get(0).token());
    line.execute("update sluice.batch set lease_until = now() - interval '1 s'");
    stage.work(message, false);
    assertThat(claims).extracting(Claim::attempts).containsExactly(1, 2, 3);
  }

  @Test
  void writesNothing_whenAnotherWorkerHasTakenOver() {
    line.found("/a");
    WorkMessage message = line.cut(Stage.FETCH);
    StageProtocol stage = line.stage(Stage.FETCH, this::note);
    stage.work(message, false);
    stage.work(message, true);
    assertThatThrownBy(() -> line.fetch(claims.get(0))).isInstanceOf(LostClaim.class);
    assertThat(line.fetch(claims.get(1)).next()).hasSize(1);
  }

  /** Whatever it waits for, waiting is no attempt: a file may be parked for weeks. */
  @ParameterizedTest
  @EnumSource(Stage.class)
  void countsNoAttempt_howeverOftenAFileIsParked(Stage stage) {
    long id = line.found("/a").get(0);
    line.execute("update sluice.work set read = 10, attempts = 3, stage = '" + stage.id() + "'");
    Stage then = stage == Stage.LOAD ? Stage.HANDLE : stage;
    for (int n = 0; n < 3 * StageProtocol.Settings.DEFAULTS.attempts(); n++) {
      Stage at = n == 0 ? stage : then;
      line.stage(at, this::park).work(line.cut(at), false);
      assertThat(line.work(id)).isEqualTo(then.id() + " parked 0");
      assertThat(line.transactions.<Integer>ledger(c -> Work.unpark(c, Duration.ZERO, 10)))
          .isEqualTo(1);
      assertThat(line.work(id)).isEqualTo(then.id() + " waiting 0");
    }
    assertThat(line.dead).isEmpty();
  }

  private StageTask.Result park(Claim claim) {
    return line.transactions.ledger(
        c -> {
          Batches.lock(c, claim);
          Work.leave(
              c, List.of(Leaving.parked(claim, claim.files().get(0), "unknown_feed: nowhere")));
          Batches.end(c, claim);
          return new StageTask.Result(Map.of(), List.of());
        });
  }

  @Test
  void triesEachFileAlone_whenAWorkerDiedWithThem() {
    List<Long> ids = line.found("/a", "/b");
    WorkMessage message = line.cut(Stage.FETCH);
    kill(message, false);
    line.stage(Stage.FETCH, this::note).work(message, true);
    assertThat(claims).isEmpty();
    assertThat(ids).allSatisfy(id -> assertThat(line.work(id)).isEqualTo("fetch waiting 2"));
    assertThat(line.number("select count(*) from sluice.batch")).isZero();
    assertThat(line.counted("sluice.stage.retried", "reason", "killed")).isEqualTo(2);
  }

  @Test
  void buriesAFile_whenItKillsEveryWorker() {
    long id = line.found("/a").get(0);
    WorkMessage message = line.cut(Stage.FETCH);
    for (int attempt = 1; attempt <= 5; attempt++) {
      kill(message, true);
    }
    line.stage(Stage.FETCH, this::note).work(message, true);
    assertThat(claims).isEmpty();
    assertThat(line.state(id)).isEqualTo("dead");
    assertThat(line.dead).singleElement().satisfies(f -> assertThat(f.fileId()).isEqualTo(id));
    assertThat(line.text("select reason from sluice.dead")).isEqualTo("killed");
    assertThat(line.number("select count(*) from sluice.batch")).isZero();
  }

  @Test
  void triesEachFileAlone_whenTheBatchFailedForNoKnownReason() {
    List<Long> ids = line.found("/a", "/b");
    line.stage(
            Stage.FETCH,
            claim -> {
              throw new IllegalStateException("what is this");
            })
        .work(line.cut(Stage.FETCH), false);
    assertThat(ids).allSatisfy(id -> assertThat(line.work(id)).isEqualTo("fetch waiting 1"));
    assertThat(line.text("select min(reason) from sluice.work"))
        .isEqualTo("IllegalStateException: what is this");
  }

  @Test
  void countsAttemptsOn_whenALoadFailsAndTheFileIsHandledAgain() {
    long id = line.found("/a").get(0);
    StageTask fails =
        claim -> {
          throw new IllegalStateException("no");
        };
    WorkMessage handle = line.fetch();
    for (int attempt = 1; attempt <= 4; attempt++) {
      WorkMessage load = line.handle(handle, false).next().orElseThrow();
      line.stage(Stage.LOAD, fails).work(load, false);
      assertThat(line.work(id)).isEqualTo("handle waiting " + attempt);
      line.execute("update sluice.work set not_before = now()");
      handle = line.cut(Stage.HANDLE);
    }
    line.stage(Stage.LOAD, fails).work(line.handle(handle, false).next().orElseThrow(), false);
    assertThat(line.state(id)).isEqualTo("dead");
    assertThat(line.exact()).isTrue();
  }

  @Test
  void givesTheAttemptBack_whenTheSurroundingsAreAway() {
    line.found("/a");
    WorkMessage message = line.cut(Stage.FETCH);
    StageTask away =
        claim -> {
          throw new PauseStage("staging is away");
        };
    for (int outage = 0; outage < 7; outage++) {
      assertThatThrownBy(() -> line.stage(Stage.FETCH, away).work(message, false))
          .isInstanceOf(PauseStage.class);
    }
    line.stage(Stage.FETCH, this::note).work(message, false);
    assertThat(claims).extracting(Claim::attempts).containsExactly(1);
    assertThat(line.counted("sluice.stage.returned")).isEqualTo(7);
    assertThat(line.counted("sluice.stage.received")).isEqualTo(8);
  }

  /** A file too large for a disk, a table nobody can write: the probe sees nothing. */
  @ParameterizedTest
  @EnumSource(Stage.class)
  void holdsABatchBack_whichFailsWhileTheSurroundingsAnswer_andNeverBuriesIt(Stage stage) {
    List<Long> ids = line.found("/a", "/b");
    line.execute("update sluice.work set stage = '" + stage.id() + "'");
    StageProtocol protocol =
        line.stage(
            stage,
            claim -> {
              throw new PauseStage("no space left on device");
            });
    WorkMessage message = line.cut(stage);
    for (int n = 0; n < 3; n++) {
      assertThatThrownBy(() -> protocol.work(message, false)).isInstanceOf(PauseStage.class);
    }
    protocol.work(message, false);
    String then = stage == Stage.LOAD ? "handle" : stage.id();
    assertThat(ids).allSatisfy(id -> assertThat(line.work(id)).isEqualTo(then + " waiting 1"));
    assertThat(line.column("select reason || (not_before > now()) from sluice.work"))
        .containsOnly("held_back: no space left on devicetrue");
    assertThat(line.number("select count(*) from sluice.batch")).isZero();

    StageProtocol again =
        line.stage(
            Stage.of(then),
            claim -> {
              throw new PauseStage("no space left on device");
            });
    for (int n = 0; n < 8; n++) {
      line.execute("update sluice.work set not_before = now() where path = '/a'");
      WorkMessage alone = line.cut(Stage.of(then));
      for (int r = 0; r < 3; r++) {
        assertThatThrownBy(() -> again.work(alone, false)).isInstanceOf(PauseStage.class);
      }
      again.work(alone, false);
      assertThat(line.work(ids.get(0))).isEqualTo(then + " waiting 1");
    }
    assertThat(line.dead).isEmpty();
  }

  @Test
  void holdsABatchBack_whoseStatementsAlwaysTakeTooLong() {
    List<Long> ids = line.found("/a", "/b");
    StageProtocol protocol =
        line.stage(
            Stage.LOAD,
            claim -> {
              throw new RetryBatch("canceling statement due to statement timeout");
            });
    line.execute("update sluice.work set stage = 'load'");
    WorkMessage message = line.cut(Stage.LOAD);
    for (int n = 0; n < 30; n++) {
      assertThatThrownBy(() -> protocol.work(message, false)).isInstanceOf(RetryBatch.class);
    }
    protocol.work(message, false);
    assertThat(ids).allSatisfy(id -> assertThat(line.work(id)).isEqualTo("handle waiting 1"));
    assertThat(line.column("select reason from sluice.work"))
        .containsOnly("held_back: canceling statement due to statement timeout");
  }

  @Test
  void givesTheAttemptBackLater_whenTheDatabaseIsAwayToo() {
    line.found("/a");
    WorkMessage message = line.cut(Stage.FETCH);
    AtomicBoolean away = new AtomicBoolean();
    Transactions transactions = new Transactions(failing(away));
    StageTask outage =
        claim -> {
          if (claims.isEmpty()) {
            claims.add(claim);
            away.set(true);
            throw new PauseStage("the database is away");
          }
          return note(claim);
        };
    StageProtocol stage = line.stage(Stage.FETCH, outage, transactions);
    assertThatThrownBy(() -> stage.work(message, false)).isInstanceOf(PauseStage.class);
    assertThatThrownBy(() -> stage.work(message, true)).isInstanceOf(PauseStage.class);
    away.set(false);
    stage.work(message, true);
    assertThat(claims).extracting(Claim::attempts).containsExactly(1, 1);
  }

  private DataSource failing(AtomicBoolean away) {
    DataSource real = line.database.dataSource();
    return (DataSource)
        java.lang.reflect.Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, args) -> connect(real, away));
  }

  private static Connection connect(DataSource real, AtomicBoolean away) throws SQLException {
    if (away.get()) {
      throw new SQLException("connection refused", "08001");
    }
    return real.getConnection();
  }

  @Test
  void handsTheMessageBack_afterLockTrouble() {
    line.found("/a");
    WorkMessage message = line.cut(Stage.FETCH);
    StageTask locked =
        claim -> {
          throw new RetryBatch("a lock");
        };
    assertThatThrownBy(() -> line.stage(Stage.FETCH, locked).work(message, false))
        .isInstanceOf(RetryBatch.class);
    line.stage(Stage.FETCH, this::note).work(message, false);
    assertThat(claims).extracting(Claim::attempts).containsExactly(1);
  }

  @Test
  void forgetsABatch_whenAllItsFilesWereTakenOut() {
    line.found("/a");
    WorkMessage message = line.cut(Stage.FETCH);
    line.execute("update sluice.work set batch = null, state = 'waiting'");
    line.stage(Stage.FETCH, this::note).work(message, false);
    assertThat(claims).isEmpty();
    assertThat(line.number("select count(*) from sluice.batch")).isZero();
  }

  @Test
  void publishesLostBatchesAgain_longestFirst() {
    line.found("/a");
    WorkMessage message = line.cut(Stage.FETCH);
    java.time.Duration age = java.time.Duration.ofMinutes(1);
    assertThat(
            line.transactions.<List<WorkMessage>>ledger(
                c -> Batches.republish(c, Stage.FETCH, false, age, 5)))
        .isEmpty();
    line.execute("update sluice.batch set published_at = now() - interval '2 min'");
    assertThat(
            line.transactions.<List<WorkMessage>>ledger(
                c -> Batches.republish(c, Stage.FETCH, false, age, 5)))
        .containsExactly(message);
    assertThat(line.transactions.<Long>ledger(c -> Batches.unclaimed(c, Stage.FETCH, false)))
        .isEqualTo(1);
  }
}
