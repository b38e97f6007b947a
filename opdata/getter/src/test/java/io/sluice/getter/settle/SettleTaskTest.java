package io.sluice.getter.settle;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.ops.Replay;
import io.sluice.core.work.Batches;
import io.sluice.core.work.Claim;
import io.sluice.core.work.FileCloser;
import io.sluice.core.work.StageTask;
import io.sluice.getter.GetterFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettleTaskTest {

  @TempDir Path dir;
  private GetterFixture getter;

  @BeforeEach
  void open() throws IOException {
    getter = new GetterFixture(dir);
  }

  @AfterEach
  void close() {
    getter.close();
  }

  @Test
  void deletesSource_onlyOnceItsRowsAreCommitted() throws IOException {
    getter.feed("delete");
    Path file = getter.write("a.xml", "<a/>");
    getter.line();
    getter.settleAll();
    assertThat(file).exists();
    getter.loadAll();
    getter.settleAll();
    assertThat(getter.in).isEmptyDirectory();
    assertThat(getter.states()).containsExactly("a.xml settled");
  }

  @Test
  void deletesTheSource_ofARejectedFileThatAReplayLoads() throws IOException {
    getter.feed("delete");
    Path file = getter.write("a.xml", "<a/>");
    getter.line();
    getter.dispatcher().run();
    for (WorkMessage message : getter.queues.take(Stage.HANDLE)) {
      getter.stage(Stage.HANDLE, this::reject).work(message, false);
    }
    assertThat(getter.states()).containsExactly("a.xml rejected");
    assertThat(file).exists();

    replay(Replay.From.STAGING);
    getter.loadAll();
    getter.settleAll();

    assertThat(getter.states()).containsExactly("a.xml settled");
    assertThat(getter.in).isEmptyDirectory();
  }

  private StageTask.Result reject(Claim claim) {
    return getter.transactions.ledger(
        c -> {
          for (long id : Batches.lock(c, claim)) {
            FileCloser.close(c, id, FileCloser.End.REJECTED, Stage.HANDLE, "bad_xml: no", null);
          }
          Batches.end(c, claim);
          return new StageTask.Result(Map.of(), List.of());
        });
  }

  private Replay.Result replay(Replay.From from) {
    List<Long> ids =
        getter.column("select id from sluice.file").stream().map(Long::valueOf).toList();
    return new Replay(getter.transactions, getter.staging, Map.of()).replay(ids, from);
  }

  @Test
  void isSettledStill_whenReplayed_andNotFetchedAgain() throws IOException {
    getter.feed("delete");
    getter.write("a.xml", "<a/>");
    getter.line();
    getter.loadAll();
    getter.settleAll();

    assertThat(replay(Replay.From.SOURCE).left()).containsOnlyKeys(Replay.Obstacle.NOT_AT_SOURCE);
    assertThat(replay(Replay.From.STAGING).replayed()).isEqualTo(1);
    getter.loadAll();

    assertThat(getter.states()).containsExactly("a.xml settled");
    assertThat(getter.text("select count(*) from sluice.work")).isEqualTo("0");
    assertThat(replay(Replay.From.SOURCE).replayed()).isZero();
  }

  @Test
  void movesSource_keepingTheFoldersBelowThePatternsBase() throws IOException {
    getter.feed("{move: " + dir + "/done}");
    getter.write("20261120/a.xml", "<a/>");
    getter.line();
    getter.loadAll();
    getter.settleAll();
    assertThat(dir.resolve("done/20261120/a.xml")).hasContent("<a/>");
    assertThat(getter.in.resolve("20261120/a.xml")).doesNotExist();
  }

  @Test
  void keepsBothContents_whenOneOfThatNameWasMovedBefore() throws IOException {
    getter.feed("{move: " + dir + "/done}");
    for (String content : new String[] {"<a/>", "<longer/>"}) {
      getter.write("a.xml", content);
      getter.line();
      getter.loadAll();
      getter.settleAll();
    }
    assertThat(dir.resolve("done/a.xml")).hasContent("<a/>");
    assertThat(dir.resolve("done")).isDirectoryContaining("glob:**/a.xml.[0-9]*");
  }

  @Test
  void leavesSourceAlone_whenItHasNewerContent() throws IOException {
    getter.feed("delete");
    Path file = getter.write("a.xml", "<a/>");
    getter.line();
    getter.loadAll();
    Files.writeString(file, "<newer/>");
    getter.settleAll();
    assertThat(file).hasContent("<newer/>");
    assertThat(getter.states()).containsExactly("a.xml settled");
    assertThat(getter.reason("a.xml")).contains("newer content");
  }

  @Test
  void goesOn_whenItCrashedBetweenRenameAndDelete() throws IOException {
    getter.feed("delete");
    Path file = getter.write("a.xml", "<a/>");
    getter.line();
    getter.loadAll();
    String id = getter.text("select file_id from sluice.work");
    Files.move(file, file.resolveSibling(".a.xml.sluice-" + id));
    getter.settleAll();
    assertThat(getter.in).isEmptyDirectory();
    assertThat(getter.states()).containsExactly("a.xml settled");
  }

  @Test
  void settlesTheRest_whenOneFileOfTheBatchCannotBe() throws IOException {
    getter.feed("{move: " + dir + "/done}");
    Files.createDirectories(dir.resolve("done"));
    Files.writeString(dir.resolve("done/blocked"), "a file where a folder is needed");
    getter.write("blocked/a.xml", "<a/>");
    getter.write("free/b.xml", "<b/>");
    getter.line();
    getter.loadAll();
    getter.settleAll();
    assertThat(dir.resolve("done/free/b.xml")).exists();
    assertThat(getter.states())
        .containsExactlyInAnyOrder("blocked/a.xml loaded", "free/b.xml settled");
  }

  @Test
  void closesFile_whenSomeoneElseRemovedTheSource() throws IOException {
    getter.feed("{move: " + dir + "/done}");
    Path file = getter.write("a.xml", "<a/>");
    getter.line();
    getter.loadAll();
    Files.delete(file);
    getter.settleAll();
    assertThat(getter.states()).containsExactly("a.xml settled");
  }

  @Test
  void triesAgainLater_whenSourceRefuses() throws IOException {
    getter.feed("{move: " + dir + "/file/done}");
    Files.writeString(dir.resolve("file"), "no directory");
    getter.write("a.xml", "<a/>");
    getter.line();
    getter.loadAll();
    getter.settleAll();
    assertThat(getter.text("select stage || state from sluice.work")).isEqualTo("settlewaiting");
    Files.delete(dir.resolve("file"));
    getter.execute("update sluice.work set not_before = '2000-01-01'");
    getter.settleAll();
    assertThat(dir.resolve("file/done/a.xml")).exists();
  }
}
