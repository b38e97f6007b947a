package io.sluice.getter.fetch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.ops.Recovery;
import io.sluice.core.ops.Replay;
import io.sluice.core.staging.Packs;
import io.sluice.core.staging.RawIdentity;
import io.sluice.core.staging.StagedObject;
import io.sluice.core.work.Checksum;
import io.sluice.core.work.StageTask;
import io.sluice.getter.GetterFixture;
import io.sluice.getter.sweep.MessageSweeper;
import io.sluice.getter.sweep.SweepSettings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FetchTaskTest {

  @TempDir Path dir;
  private GetterFixture getter;

  @BeforeEach
  void open() throws IOException {
    getter = new GetterFixture(dir);
    getter.feed("delete");
  }

  @AfterEach
  void close() {
    getter.close();
    double received = getter.count("sluice.stage.received", "stage", "fetch");
    double ended = 0;
    for (String end : List.of("done", "rejected", "failed", "retried", "duplicate", "returned")) {
      ended += getter.count("sluice.stage." + end, "stage", "fetch");
    }
    assertThat(ended).as("every message taken has an outcome").isEqualTo(received);
  }

  @Test
  void stagesBytes_andHandsThemOn() throws IOException {
    getter.write("a.xml", "<a/>");
    getter.line();
    assertThat(getter.states()).containsExactly("a.xml fetched");
    assertThat(getter.staged("a.xml")).isEqualTo("<a/>");
    assertThat(getter.queues.take(Stage.HANDLE)).hasSize(1);
    assertThat(getter.text("select encode(checksum, 'hex') from sluice.work"))
        .isEqualTo(Checksum.of(Checksum.digest().digest("<a/>".getBytes(UTF_8))).hex());
    assertThat(getter.count("sluice.stage.bytes", "stage", "fetch")).isEqualTo(4);
    assertThat(getter.count("sluice.stage.done", "stage", "fetch")).isEqualTo(1);
  }

  @Test
  void doesNothing_whenMessageComesTwice() throws IOException {
    getter.write("a.xml", "<a/>");
    getter.scan();
    getter.dispatcher().run();
    WorkMessage message = getter.queues.take(Stage.FETCH).get(0);
    getter.fetcher().work(message, false);
    getter.fetcher().work(message, false);
    getter.fetcher().work(message, true);
    assertThat(getter.queues.take(Stage.HANDLE)).hasSize(1);
    assertThat(getter.count("sluice.stage.duplicate")).isEqualTo(2);
  }

  @Test
  void putsAllFilesOfABatchIntoOnePack() throws IOException {
    for (int i = 0; i < 5; i++) {
      getter.write(i + ".xml", "<a>" + i + "</a>");
    }
    getter.line();
    assertThat(getter.queues.take(Stage.HANDLE)).hasSize(1);
    assertThat(getter.text("select count(distinct pack) from sluice.work")).isEqualTo("1");
    for (int i = 0; i < 5; i++) {
      assertThat(getter.staged(i + ".xml")).isEqualTo("<a>" + i + "</a>");
    }
    assertThat(stagedKeys()).isEqualTo(1);
  }

  @Test
  void fetchesTheRest_whenSomeFilesOfTheBatchCannotBe() throws IOException {
    Path gone = getter.write("gone.xml", "<a/>");
    Path changed = getter.write("changed.xml", "<b/>");
    getter.write("good.xml", "<c/>");
    getter.write("broken.zip", new byte[] {'P', 'K', 3, 4, 0, 0});
    getter.scan();
    Files.delete(gone);
    Files.writeString(changed, "<longer/>");
    getter.fetchAll();
    assertThat(getter.states())
        .containsExactlyInAnyOrder(
            "gone.xml rejected", "changed.xml replaced", "good.xml fetched", "broken.zip rejected");
    assertThat(getter.staged("good.xml")).isEqualTo("<c/>");
    assertThat(indexed()).containsExactly("good.xml");
  }

  @Test
  void keepsDuplicatesOutOfTheIndex_soThatNoRecoveryBringsThemBack() throws IOException {
    getter.feed("keep");
    getter.write("a.xml", "<a/>");
    getter.line();
    getter.loadAll();
    getter.write("b.xml", "<a/>");
    getter.write("c.xml", "<c/>");
    getter.line();
    assertThat(getter.states())
        .containsExactlyInAnyOrder("a.xml loaded", "b.xml duplicate", "c.xml fetched");
    assertThat(indexed()).containsExactlyInAnyOrder("a.xml", "c.xml");
  }

  @Test
  void leavesABatchToItsWorker_unlessTheBrokerTookTheMessageBack() throws IOException {
    getter.write("a.xml", "<a/>");
    getter.scan();
    getter.dispatcher().run();
    WorkMessage message = getter.queues.take(Stage.FETCH).get(0);
    getter
        .stage(Stage.FETCH, claim -> new StageTask.Result(Map.of(), List.of()))
        .work(message, false);
    getter.fetcher().work(message, false);
    assertThat(getter.states()).containsExactly("a.xml discovered");
    getter.fetcher().work(message, true);
    assertThat(getter.states()).containsExactly("a.xml fetched");
  }

  @Test
  void closesAsDuplicate_whenSameContentCameUnderAnotherName_onlyOnceThatIsLoaded()
      throws IOException {
    getter.write("a.xml", "<a/>");
    Path older = getter.write("b.xml", "<a/>");
    GetterFixture.touch(older, getter.clock.instant().minusSeconds(90));
    getter.line();
    assertThat(getter.states()).containsExactlyInAnyOrder("b.xml fetched", "a.xml discovered");
    getter.loadAll();
    getter.settleAll();
    getter.fetchAll();
    getter.settleAll();
    assertThat(getter.states()).containsExactlyInAnyOrder("b.xml settled", "a.xml duplicate");
    assertThat(getter.reason("a.xml")).startsWith("duplicate: same content as file ");
    assertThat(getter.in).isEmptyDirectory();
  }

  /** At settle its rows are committed: a source that refuses that holds up nobody. */
  @Test
  void closesAsDuplicate_whileTheOriginalCannotBeSettled() throws IOException {
    getter.write("a.xml", "<a/>");
    Path older = getter.write("b.xml", "<a/>");
    GetterFixture.touch(older, getter.clock.instant().minusSeconds(90));
    getter.line();
    getter.loadAll();
    getter.execute("update sluice.work set state = 'parked' where stage = 'settle'");
    getter.fetchAll();
    assertThat(getter.text("select count(*) from sluice.work where stage = 'fetch'"))
        .isEqualTo("0");
    assertThat(getter.reason("a.xml")).startsWith("duplicate: same content as file ");
  }

  /** Without its source: what is in staging needs none. */
  @Test
  void closesAsDuplicate_whatARecoveryBringsBack() throws IOException {
    Path waits = getter.write("a.xml", "<a/>");
    Path older = getter.write("b.xml", "<a/>");
    GetterFixture.touch(older, getter.clock.instant().minusSeconds(90));
    getter.line();
    getter.loadAll();
    getter.settleAll();
    getter.execute("delete from sluice.work");
    getter.execute("delete from sluice.file where path like '%a.xml'");
    Files.delete(waits);
    getter.execute("update sluice.scan set last_at = now(), error = 'away'");
    new Recovery(
            getter.transactions,
            new LedgerPartitions(getter.transactions),
            getter.staging,
            Map.of())
        .recover(Instant.EPOCH);
    assertThat(getter.text("select count(*) from sluice.work where path like '%a.xml'"))
        .isEqualTo("1");

    getter.fetchAll();
    getter.loadAll();
    getter.fetchAll();

    assertThat(getter.reason("a.xml")).startsWith("duplicate: same content as file ");
  }

  /** What was handled after the original had deleted its rows, whatever became of it. */
  @Test
  void isNoDuplicate_whenTheVersionBetweenWasHandledAndDied() throws IOException {
    getter.feed("keep");
    Path file = getter.write("a.xml", "<a/>");
    GetterFixture.touch(file, getter.clock.instant().minusSeconds(60));
    getter.line();
    getter.loadAll();
    Files.writeString(file, "<b/>");
    GetterFixture.touch(file, getter.clock.instant().minusSeconds(50));
    getter.line();
    getter.execute("update sluice.file set state = 'replaced' where state = 'loaded'");
    getter.execute(
        "with gone as (delete from sluice.work returning file_id, checksum)"
            + " update sluice.file f set state = 'dead', handling = 1, closed_at = now(), checksum = gone.checksum"
            + " from gone where f.id = gone.file_id");
    Files.writeString(file, "<a/>");
    GetterFixture.touch(file, getter.clock.instant().minusSeconds(40));
    getter.line();
    assertThat(getter.states())
        .containsExactlyInAnyOrder("a.xml replaced", "a.xml dead", "a.xml fetched");
  }

  @Test
  void closesAsDuplicate_whenFileIsOnlyTouched() throws IOException {
    getter.feed("keep");
    Path file = getter.write("a.xml", "<a/>");
    getter.line();
    getter.loadAll();
    GetterFixture.touch(file, getter.clock.instant().minusSeconds(30));
    getter.line();
    assertThat(getter.states()).containsExactly("a.xml loaded", "a.xml duplicate");
  }

  @Test
  void takesThreeVersions_whenContentGoesBackToWhatItWas() throws IOException {
    getter.feed("keep");
    Path file = getter.write("a.xml", "<a/>");
    int age = 60;
    for (String content : List.of("<b/>", "<a/>")) {
      getter.line();
      getter.loadAll();
      Files.writeString(file, content);
      age -= 10;
      GetterFixture.touch(file, getter.clock.instant().minusSeconds(age));
    }
    getter.line();
    getter.loadAll();
    assertThat(getter.states()).containsExactly("a.xml loaded", "a.xml loaded", "a.xml loaded");
  }

  @Test
  void leavesNewContentToTheNextScan_whenFileChangedBeforeItWasFetched() throws IOException {
    Path file = getter.write("a.xml", "<a/>");
    getter.scan();
    Files.writeString(file, "<longer/>");
    GetterFixture.touch(file, getter.clock.instant().minusSeconds(10));
    getter.fetchAll();
    assertThat(getter.states()).containsExactly("a.xml replaced");
    assertThat(getter.reason("a.xml")).contains("changed while it was read: 4 bytes");
    getter.line();
    assertThat(getter.states()).containsExactly("a.xml replaced", "a.xml fetched");
    assertThat(getter.staged("a.xml")).isEqualTo("<longer/>");
  }

  @Test
  void closesAsRejected_whenFileVanished() throws IOException {
    Files.delete(scanned("a.xml"));
    getter.fetchAll();
    assertThat(getter.states()).containsExactly("a.xml rejected");
    assertThat(getter.reason("a.xml")).startsWith("vanished: ").contains("no longer on localhost");
  }

  @Test
  void countsAsRejected_whatAnEarlierHandlingRead_whenFileVanished() throws IOException {
    Files.delete(scanned("a.xml"));
    getter.execute("update sluice.work set unit = 'cell', read = 5, collapsed = 1, rejected = 1");
    getter.fetchAll();
    assertThat(
            getter.text(
                "select concat_ws(' ', state, read, collapsed, rejected, exact) from sluice.reconciliation"))
        .isEqualTo("rejected 5 1 4 t");
  }

  @Test
  void leavesALoadedFileAsItWas_whenAReplayFindsItGoneOrChanged() throws IOException {
    getter.feed("keep");
    Path gone = getter.write("a.xml", "<a/>");
    Path changed = getter.write("b.xml", "<b/>");
    getter.line();
    getter.loadAll();
    assertThat(getter.states()).containsOnly("a.xml loaded", "b.xml loaded");
    Files.delete(gone);
    Files.writeString(changed, "<longer/>");

    List<Long> ids =
        getter.column("select id from sluice.file").stream().map(Long::valueOf).toList();
    Replay replay = new Replay(getter.transactions, getter.staging, Map.of());
    assertThat(replay.replay(ids, Replay.From.SOURCE).replayed()).isEqualTo(2);
    getter.fetchAll();

    assertThat(getter.states()).containsOnly("a.xml loaded", "b.xml loaded");
    assertThat(getter.reason("a.xml"))
        .startsWith("not replayed, the rows of before stay: vanished: ");
    assertThat(getter.reason("b.xml"))
        .startsWith("not replayed, the rows of before stay: changed: ");
    assertThat(getter.text("select count(*) from sluice.work")).isEqualTo("0");
  }

  @Test
  void passesOn_whatOnlyTheHandlerCanJudge() throws IOException {
    byte[] gz = gzip("<measCollecFile/>".repeat(100));
    getter.write("cut.xml.gz", Arrays.copyOf(gz, gz.length - 20));
    getter.write("empty.xml", "");
    getter.write("whole.xml.gz", gz);
    getter.line();
    assertThat(getter.states())
        .containsExactlyInAnyOrder(
            "cut.xml.gz fetched", "empty.xml fetched", "whole.xml.gz fetched");
  }

  @Test
  void makesMembersFilesOfTheirOwn_andSettlesArchiveWhenAllHaveClosed() throws IOException {
    Map<String, String> members = new LinkedHashMap<>();
    members.put("x.xml", "<x/>");
    members.put("copy.xml", "<x/>");
    members.put("y.xml", "<y/>");
    Path archive = getter.write("a.zip", zip(members));
    getter.line();
    assertThat(getter.states())
        .containsExactlyInAnyOrder(
            "a.zip loaded",
            "a.zip!/x.xml fetched",
            "a.zip!/copy.xml discovered",
            "a.zip!/y.xml fetched");
    assertThat(getter.staged("a.zip!/y.xml")).isEqualTo("<y/>");
    getter.loadAll();
    getter.fetchAll();
    assertThat(getter.states()).contains("a.zip!/copy.xml duplicate", "a.zip!/x.xml loaded");
    getter.settleAll();
    assertThat(archive).doesNotExist();
    assertThat(getter.text("select count(*) from sluice.work")).isEqualTo("0");
    assertThat(getter.text("select count(*) from sluice.batch")).isEqualTo("0");
    assertThat(dir.resolve("tmp")).isEmptyDirectory();
  }

  /** As after a restore and a recovery, which brings members back and not their archive. */
  @Test
  void makesMembersTheirArchives_whenTheLedgerHadForgottenIt() throws IOException {
    Path archive = getter.write("a.zip", zip(Map.of("x.xml", "<x/>")));
    getter.line();
    getter.execute(
        "delete from sluice.file where parent is null; delete from sluice.work where parent is null");
    getter.clock.advance(Duration.ofMinutes(11)); // until then a scan asks about changes only
    getter.line();
    getter.settleAll();
    assertThat(archive).as("a member is not loaded yet").exists();
    assertThat(getter.states()).containsExactlyInAnyOrder("a.zip loaded", "a.zip!/x.xml fetched");
    getter.loadAll();
    getter.settleAll();
    assertThat(archive).doesNotExist();
    assertThat(getter.text("select count(*) from sluice.work")).isEqualTo("0");
  }

  @Test
  void leavesArchiveAtItsSource_whenAMemberWasNotLoaded() throws IOException {
    Map<String, String> members = new LinkedHashMap<>();
    members.put("x.xml", "<x/>");
    members.put("../../evil.xml", "<evil/>");
    Path archive = getter.write("a.zip", zip(members));
    getter.line();
    assertThat(getter.states())
        .containsExactlyInAnyOrder(
            "a.zip loaded", "a.zip!/x.xml fetched", "a.zip!/../../evil.xml rejected");
    assertThat(getter.reason("a.zip!/../../evil.xml")).startsWith("unsafe_name: ");
    getter.loadAll();
    getter.settleAll();
    assertThat(archive).exists();
    assertThat(getter.reason("a.zip")).startsWith("1 of its members were not loaded");
    assertThat(getter.text("select count(*) from sluice.work")).isEqualTo("0");
  }

  @Test
  void rejectsArchive_andLeavesNoMember_whenItIsABomb() throws IOException {
    Map<String, byte[]> members = new LinkedHashMap<>();
    members.put("small.xml", "<x/>".getBytes(UTF_8));
    members.put("bomb", new byte[90 << 20]);
    getter.write("a.zip", zipBytes(members));
    getter.line();
    assertThat(getter.states()).containsExactly("a.zip rejected");
    assertThat(getter.reason("a.zip")).startsWith("archive_ratio: ");
    assertThat(getter.text("select position from sluice.file")).isEqualTo("member bomb");
    assertThat(stagedKeys()).isZero();
    assertThat(getter.in.resolve("a.zip")).exists();
  }

  @Test
  void makesMemberAgain_whenItsStagedBytesAreGone() throws IOException {
    getter.write("a.zip", zip(Map.of("x.xml", "<x/>")));
    getter.line();
    getter.deleteStaged("raw/");
    getter.execute(
        "update sluice.work set stage = 'fetch', state = 'waiting', batch = null where parent is not null");
    getter.fetchAll();
    assertThat(getter.staged("a.zip!/x.xml")).isEqualTo("<x/>");
    assertThat(getter.states()).contains("a.zip!/x.xml fetched");
  }

  @Test
  void fetchesAgain_whatTheHandlerFoundDamaged_andKeepsTheAttempts() throws IOException {
    getter.write("a.xml", "<a/>");
    getter.line();
    String pack = getter.staging.list("raw/").get(0).key();
    getter.staging.put(pack, new ByteArrayInputStream("<a".getBytes(UTF_8)));
    getter.execute("delete from sluice.batch");
    getter.execute(
        "update sluice.work set stage = 'fetch', state = 'waiting', batch = null, attempts = 2");
    getter.fetchAll();
    assertThat(getter.staged("a.xml")).isEqualTo("<a/>");
    assertThat(getter.text("select stage || attempts from sluice.work")).isEqualTo("handle2");
  }

  /** As after a recovery, and as duplicates that waited for their original. */
  private void waitForStagedBytes() {
    getter.execute("delete from sluice.batch");
    getter.execute("update sluice.work set stage = 'fetch', state = 'waiting', batch = null");
  }

  @ParameterizedTest
  @ValueSource(strings = {"<a", "<b/>"})
  void fetchesAgain_whatIsStagedAndDamaged(String damaged) throws IOException {
    getter.write("a.xml", "<a/>");
    getter.line();
    String pack = getter.staging.list("raw/").get(0).key();
    getter.staging.put(pack, new ByteArrayInputStream(damaged.getBytes(UTF_8)));
    waitForStagedBytes();
    getter.fetchAll();
    assertThat(getter.states()).containsExactly("a.xml fetched");
    assertThat(getter.staged("a.xml")).isEqualTo("<a/>");
  }

  @Test
  void takesFromStaging_whatItsSourceHasNoMore_thoughSomethingFailedBefore() throws IOException {
    Path file = getter.write("a.xml", "<a/>");
    getter.line();
    waitForStagedBytes();
    getter.execute("update sluice.work set attempts = 1");
    Files.delete(file);
    getter.fetchAll();
    assertThat(getter.states()).containsExactly("a.xml fetched");
  }

  @Test
  void takesFromStaging_whatItsFeedStagedUnderItsFormerName() throws IOException {
    Path file = getter.write("a.xml", "<a/>");
    getter.line();
    String pack = getter.text("select pack from sluice.work");
    waitForStagedBytes();
    getter.yaml(
        Files.readString(dir.resolve("feed.yaml"))
            .replace("feed: pm\n", "feed: pm-new\nformerly: pm\n"));
    getter.scan();
    Files.delete(file);
    getter.fetchAll();
    assertThat(getter.states()).containsExactly("a.xml fetched");
    assertThat(getter.text("select feed || pack from sluice.work")).isEqualTo("pm-new" + pack);
  }

  @Test
  void pausesAndCountsNoAttempt_whenStagingIsFull() throws IOException {
    Path small = Files.createDirectory(dir.resolve("small"));
    try (GetterFixture full = new GetterFixture(small, 1_010)) {
      full.feed("keep");
      full.write("a.xml", "a".repeat(1_000));
      full.line();
      full.write("b.xml", "b".repeat(1_000));
      full.scan();
      WorkMessage message = full.cut(Stage.FETCH);
      assertThatThrownBy(() -> full.fetcher().work(message, false))
          .isInstanceOf(PauseStage.class)
          .hasMessageContaining("staging.limit");
      assertThat(full.column("select attempts from sluice.batch where stage = 'fetch'"))
          .containsExactly("0");
      full.deleteStaged("raw/");
      full.clock.advance(Duration.ofMinutes(2));
      full.fetcher().work(message, false);
      assertThat(full.states()).allMatch(s -> s.endsWith("fetched"));
    }
  }

  @Test
  void waitsWithoutAnAttempt_whenHostIsAway_andDispatcherSparesIt() throws IOException {
    scanned("a.xml");
    Files.move(getter.in, dir.resolve("unmounted"));
    Files.writeString(getter.in, "not a directory");
    getter.fetchAll();
    assertThat(getter.text("select state || attempts from sluice.work")).isEqualTo("waiting0");
    getter.execute("update sluice.work set not_before = '-infinity'");
    getter.dispatcher().run();
    assertThat(getter.queues.take(Stage.FETCH)).isEmpty();
    Files.delete(getter.in);
    Files.move(dir.resolve("unmounted"), getter.in);
    getter.line();
    assertThat(getter.states()).containsExactly("a.xml fetched");
  }

  @Test
  void leavesFileAtItsSource_whenPausedAfterItWasDispatched() throws IOException {
    scanned("a.xml");
    getter.dispatcher().run();
    getter.execute("insert into sluice.pause (feed, host) values ('pm', 'localhost')");
    getter.fetcher().work(getter.queues.take(Stage.FETCH).get(0), false);
    assertThat(getter.text("select state || attempts from sluice.work")).isEqualTo("waiting0");
    getter.execute("delete from sluice.pause");
    getter.fetchAll();
    assertThat(getter.states()).containsExactly("a.xml fetched");
  }

  @Test
  void buriesFile_whenItsWorkersKeepDying() throws IOException {
    scanned("a.xml");
    getter.execute("update sluice.work set attempts = 5");
    getter.fetchAll();
    assertThat(getter.states()).containsExactly("a.xml dead");
    assertThat(getter.queues.dead).singleElement().asString().endsWith(" killed");
    assertThat(getter.text("select reason from sluice.dead")).isEqualTo("killed");
  }

  @Test
  void losesNothing_whenBrokerIsAwayAfterTheWork() throws IOException {
    scanned("a.xml");
    getter.dispatcher().run();
    WorkMessage message = getter.queues.take(Stage.FETCH).get(0);
    getter.queues.away = true;
    getter.fetcher().work(message, false);
    getter.queues.away = false;
    assertThat(getter.states()).containsExactly("a.xml fetched");
    getter.execute("update sluice.batch set published_at = now() - interval '1 hour'");
    new MessageSweeper(
            getter.leases,
            getter.transactions,
            getter.queues,
            getter.registry,
            SweepSettings.DEFAULTS)
        .run();
    assertThat(getter.queues.take(Stage.HANDLE)).hasSize(1);
  }

  private Path scanned(String name) throws IOException {
    Path file = getter.write(name, "<a/>");
    getter.scan();
    return file;
  }

  private long stagedKeys() throws IOException {
    return getter.staging.list("raw/").size();
  }

  /** Names of the files in the indexes of all packs. */
  private List<String> indexed() throws IOException {
    List<String> names = new ArrayList<>();
    for (StagedObject pack : getter.staging.list("raw/")) {
      for (RawIdentity file : Packs.index(getter.staging, pack.key())) {
        names.add(file.path().replace(getter.in + "/", ""));
      }
    }
    return names;
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(text.getBytes(UTF_8));
    }
    return out.toByteArray();
  }

  private static byte[] zip(Map<String, String> members) throws IOException {
    Map<String, byte[]> bytes = new LinkedHashMap<>();
    members.forEach((name, text) -> bytes.put(name, text.getBytes(UTF_8)));
    return zipBytes(bytes);
  }

  private static byte[] zipBytes(Map<String, byte[]> members) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> member : members.entrySet()) {
        zip.putNextEntry(new ZipEntry(member.getKey()));
        zip.write(member.getValue());
        zip.closeEntry();
      }
    }
    return out.toByteArray();
  }
}
