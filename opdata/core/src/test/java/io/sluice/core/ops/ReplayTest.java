package io.sluice.core.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.ledger.HandleLedger;
import io.sluice.core.message.Stage;
import io.sluice.core.ops.Replay.Obstacle;
import io.sluice.core.staging.Staging;
import io.sluice.core.work.Batches;
import io.sluice.core.work.FileCloser;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayTest {

  @TempDir Path directory;
  private OpsFixture ledger;
  private Replay replay;

  @BeforeEach
  void start() {
    ledger = new OpsFixture(directory);
    replay = new Replay(ledger.transactions, ledger.staging, Map.of());
  }

  @Test
  void waitsForTheHandlerWithTheNextNumber_whenReplayedFromStaging() {
    long id = ledger.loaded("f", "/a");

    Replay.Result result = replay.replay(List.of(id), Replay.From.STAGING);

    assertThat(result).isEqualTo(new Replay.Result(1, 0, Map.of()));
    assertThat(ledger.work(id)).isEqualTo("handle waiting");
    assertThat(ledger.state(id)).isEqualTo("fetched");
    assertThat(ledger.file(id).counts().loaded()).isEqualTo(7);
    assertThat(ledger.number("select count(*) from sluice.work where bulk and tables = '{1}'"))
        .isEqualTo(1);
    assertThat(ledger.allExact()).isTrue();

    ledger.work(
        Stage.HANDLE, id, claim -> assertThat(claim.files().get(0).handling()).isEqualTo(2));
  }

  @Test
  void countsOnce_whenTheReplayedFileIsLoadedAgain() {
    long id = ledger.loaded("f", "/a");
    replay.replay(List.of(id), Replay.From.STAGING);
    ledger.handle(id);
    ledger.load(id);
    assertThat(ledger.state(id)).isEqualTo("loaded");
    assertThat(ledger.file(id).counts().read()).isEqualTo(10);
    assertThat(ledger.allExact()).isTrue();
  }

  private void reject(long id) {
    reject(id, true);
  }

  private void reject(long id, boolean append) {
    ledger.work(
        Stage.HANDLE,
        id,
        claim ->
            ledger.handling.record(
                claim,
                new HandleLedger.Handling(
                    List.of(),
                    List.of(
                        new HandleLedger.Rejected(
                            claim.files().get(0), "broken_xml", "line 3", "not XML", null)),
                    List.of(),
                    List.of(),
                    0),
                append));
  }

  @Test
  void leavesRowsCountsAndState_whenTheReplayIsRejected() {
    long id = ledger.loaded("f", "/a");
    ledger.rejects(id, "value", 7, 2);
    FileRow before = ledger.file(id);
    replay.replay(List.of(id), Replay.From.STAGING);
    reject(id);

    FileRow after = ledger.file(id);
    assertThat(after.state()).isEqualTo("loaded");
    assertThat(after.counts()).isEqualTo(before.counts());
    assertThat(after.reason())
        .isEqualTo("not replayed, the rows of before stay: broken_xml: not XML");
    assertThat(after.replays())
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.handling()).isEqualTo(2);
              assertThat(one.state()).isEqualTo("rejected");
              assertThat(one.reason()).isEqualTo("broken_xml: not XML");
            });
    assertThat(ledger.number("select count(*) from sluice.file where tables = '{1}'")).isEqualTo(1);
    assertThat(ledger.number("select count(*) from sluice.reject where handling = 1")).isEqualTo(1);
    assertThat(ledger.allExact()).isTrue();

    replay.replay(List.of(id), Replay.From.STAGING);
    ledger.handle(id);
    ledger.load(id);
    assertThat(ledger.file(id).reason()).isNull();
    assertThat(ledger.number("select count(*) from sluice.reject")).isZero();
    assertThat(ledger.file(id).replays()).hasSize(2);
  }

  @Test
  void keepsWhatIsSaidOfTheRows_whenAMergedReplayIsRejectedAfterItsChunkWasLost() {
    long id = ledger.loaded("f", "/a");
    ledger.execute("insert into sluice.overtaken values (" + id + ", 1, 4)");
    replay.replay(List.of(id), Replay.From.STAGING);
    ledger.handle(id);
    ledger.execute(
        "update sluice.work set stage = 'handle', state = 'waiting', batch = null",
        "delete from sluice.batch");
    reject(id, false);

    assertThat(ledger.state(id)).isEqualTo("loaded");
    assertThat(ledger.number("select sum(rows) from sluice.overtaken")).isEqualTo(4);
  }

  @Test
  void leavesTheFileLoaded_whenItsSourceHasItNoMore() {
    long id = ledger.loaded("f", "/a");
    replay.replay(List.of(id), Replay.From.SOURCE);
    ledger.work(
        Stage.FETCH,
        id,
        claim ->
            ledger.transactions.ledger(
                c -> {
                  Batches.lock(c, claim);
                  FileCloser.close(
                      c, id, FileCloser.End.REJECTED, Stage.FETCH, "vanished: gone", null);
                  return Batches.end(c, claim);
                }));

    assertThat(ledger.state(id)).isEqualTo("loaded");
    assertThat(ledger.file(id).reason()).endsWith("vanished: gone");
    assertThat(ledger.file(id).replays()).hasSize(1);
  }

  @Test
  void closesAsRejected_whenNothingOfItWasLoaded() {
    long id = ledger.fetched("f", "/a");
    reject(id);
    replay.replay(List.of(id), Replay.From.STAGING);
    reject(id);

    assertThat(ledger.state(id)).isEqualTo("rejected");
    assertThat(ledger.number("select count(*) from sluice.reject")).isEqualTo(1);
  }

  @Test
  void fetchesAgain_whenReplayedFromTheSource() {
    long id = ledger.loaded("f", "/a");
    ledger.unstage(id);
    assertThat(replay.replay(List.of(id), Replay.From.SOURCE).replayed()).isEqualTo(1);
    assertThat(ledger.work(id)).isEqualTo("fetch waiting");
    assertThat(ledger.number("select count(*) from sluice.work where checksum is null"))
        .isEqualTo(1);
    assertThat(ledger.allExact()).isTrue();
  }

  @Test
  void replaysTheMembers_whenAskedForAnArchive() {
    long archive = ledger.found("f", "/a.zip");
    ledger.execute(
        "update sluice.file set state = 'loaded', closed_at = now() where id = " + archive,
        "delete from sluice.work");
    long one = ledger.loaded("f", "/a.zip!/1");
    long duplicate = ledger.loaded("f", "/a.zip!/2");
    ledger.execute(
        "update sluice.file set parent = " + archive + " where id <> " + archive,
        "update sluice.file set state = 'duplicate' where id = " + duplicate);

    Replay.Result result = replay.replay(List.of(archive), Replay.From.STAGING);

    assertThat(result).isEqualTo(new Replay.Result(1, 0, Map.of()));
    assertThat(ledger.work(one)).isEqualTo("handle waiting");
    assertThat(ledger.number("select count(*) from sluice.work")).isEqualTo(1);
  }

  @Test
  void saysThatOnlyTheSourceHasIt_whenTheFileWasNeverStaged() {
    long id = ledger.found("f", "/a");
    ledger.execute(
        "update sluice.file set state = 'rejected', closed_at = now() where id = " + id,
        "delete from sluice.work");
    assertThat(replay.replay(List.of(id), Replay.From.STAGING).left())
        .isEqualTo(Map.of(Obstacle.NOT_STAGED, new LeftAlone(1, id, "/a")));
    assertThat(replay.replay(List.of(id), Replay.From.SOURCE).replayed()).isEqualTo(1);
    assertThat(ledger.work(id)).isEqualTo("fetch waiting");
  }

  @Test
  void saysWhatItCannotReplay() {
    long gone = ledger.loaded("f", "/gone");
    ledger.unstage(gone);
    long inFlight = ledger.handled("f", "/busy");
    long parked = ledger.parked("f", "/parked", "privilege: no");

    List<Long> asked = List.of(gone, inFlight, parked, 4711L);
    Replay.Result plan = replay.plan(asked, Replay.From.STAGING);
    assertThat(ledger.work(parked)).isEqualTo("handle parked");
    Replay.Result result = replay.replay(asked, Replay.From.STAGING);

    assertThat(result).isEqualTo(plan);
    assertThat(result.replayed()).isZero();
    assertThat(result.resumed()).isEqualTo(1);
    assertThat(result.left())
        .isEqualTo(
            Map.of(
                Obstacle.NOT_STAGED, new LeftAlone(1, gone, "/gone"),
                Obstacle.IN_PROGRESS, new LeftAlone(1, inFlight, "/busy"),
                Obstacle.NOT_IN_LEDGER, new LeftAlone(1, 4711, null)));
    assertThat(ledger.state(gone)).isEqualTo("loaded");
    assertThat(ledger.work(inFlight)).isEqualTo("load queued");
    assertThat(ledger.work(parked)).isEqualTo("handle waiting");
  }

  /** With {@code after: delete} or {@code move}: only staging has it, if anything has. */
  @Test
  void leavesFilesAlone_thatTheSourceNoLongerHas() {
    long staged = ledger.loaded("f", "/a");
    long gone = ledger.loaded("f", "/b");
    ledger.unstage(gone);
    ledger.execute("update sluice.file set state = 'settled'");
    long archive = ledger.found("f", "/c.zip");
    ledger.execute(
        "update sluice.file set state = 'settled', closed_at = now() where id = " + archive,
        "delete from sluice.work");
    long member = ledger.loaded("f", "/c.zip!/1");
    ledger.execute("update sluice.file set parent = " + archive + " where id = " + member);

    Replay.Result source = replay.replay(List.of(staged, gone, member), Replay.From.SOURCE);

    assertThat(source).isEqualTo(replay.plan(List.of(staged, gone, member), Replay.From.SOURCE));
    assertThat(source.replayed()).isZero();
    assertThat(source.left().get(Obstacle.NOT_AT_SOURCE).files()).isEqualTo(3);
    assertThat(ledger.state(staged)).isEqualTo("settled");
    Replay.Result staging = replay.replay(List.of(staged, gone), Replay.From.STAGING);
    assertThat(staging.replayed()).isEqualTo(1);
    assertThat(staging.left()).containsOnlyKeys(Obstacle.GONE);
    assertThat(ledger.state(gone)).isEqualTo("settled");
  }

  @Test
  void staysSettled_whenASettledFileIsReplayed() {
    long id = ledger.loaded("f", "/a");
    ledger.execute("update sluice.file set state = 'settled', settle = true");
    replay.replay(List.of(id), Replay.From.STAGING);
    assertThat(ledger.text("select settle from sluice.work")).isEqualTo("f");
    ledger.handle(id);
    ledger.load(id);
    assertThat(ledger.state(id)).isEqualTo("settled");
  }

  @Test
  void asksStagingOncePerPack() {
    List<Long> ids =
        List.of(ledger.loaded("f", "/a"), ledger.loaded("f", "/b"), ledger.loaded("f", "/c"));
    ledger.execute("update sluice.file set pack = (select min(pack) from sluice.file)");
    AtomicInteger asked = new AtomicInteger();
    Staging counting =
        (Staging)
            Proxy.newProxyInstance(
                Staging.class.getClassLoader(),
                new Class<?>[] {Staging.class},
                (proxy, method, values) -> {
                  asked.incrementAndGet();
                  return method.invoke(ledger.staging, values);
                });
    Replay.Result result =
        new Replay(ledger.transactions, counting, Map.of()).replay(ids, Replay.From.STAGING);
    assertThat(result.replayed()).isEqualTo(3);
    assertThat(asked).hasValue(1);
  }

  @Test
  void forgetsTheFailure_whenADeadFileIsReplayed() {
    long id = ledger.dead("f", "/a");
    assertThat(ledger.number("select count(*) from sluice.dead")).isEqualTo(1);
    replay.replay(List.of(id), Replay.From.STAGING);
    assertThat(ledger.number("select count(*) from sluice.dead")).isZero();
    assertThat(ledger.allExact()).isTrue();
  }

  @Test
  void makesOneRowOfWork_whenManyReplayAtOnce() throws Exception {
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      ids.add(ledger.loaded("f", "/" + i));
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      Callable<Replay.Result> task = () -> replay.replay(ids, Replay.From.STAGING);
      int replayed = 0;
      for (Future<Replay.Result> one : threads.invokeAll(List.of(task, task, task, task))) {
        replayed += one.get().replayed();
      }
      assertThat(replayed).isEqualTo(20);
      assertThat(ledger.number("select count(*) from sluice.work")).isEqualTo(20);
    } finally {
      threads.shutdownNow();
    }
  }
}
