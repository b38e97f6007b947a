package io.sluice.bench.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.bench.model.ModelFeed.Kind;
import io.sluice.testkit.EmbeddedDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The judge sees what it is there for: one file is loaded, and then something is made wrong. */
class JudgeTest {

  private static final List<ModelFeed> FEEDS =
      List.of(new ModelFeed(Kind.PM_APPEND, 0, false, false, "keep"));

  private static EmbeddedDatabase server;

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    server = EmbeddedDatabase.startPrivate();
    World.prepare(server.server());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private List<String> judged(String sabotage) throws IOException, SQLException {
    Model model = new Model(FEEDS);
    try (World world =
        new World(server.server(), "judged", directory.resolve("world"), FEEDS, 1 << 20)) {
      History history = new History(world, model);
      history.run(new Op(1, Op.Kind.DELIVER, 1));
      history.settle();
      assertThat(history.problems).isEmpty();
      String table = "m0." + world.tables(FEEDS.get(0)).get(0);
      world.execute(sabotage.replace("TABLE", table));
      return Judge.judge(world, model);
    }
  }

  @Test
  void findsNothing_whenAllIsRight() throws IOException, SQLException {
    assertThat(judged("select 1")).isEmpty();
  }

  @Test
  void findsALostRow() throws IOException, SQLException {
    assertThat(judged("delete from TABLE where ctid = (select min(ctid) from TABLE)"))
        .isNotEmpty()
        .allMatch(difference -> difference.startsWith("row missing: PM_APPEND g"));
  }

  @Test
  void findsADoubledRow() throws IOException, SQLException {
    assertThat(judged("insert into TABLE select * from TABLE limit 1"))
        .hasSize(1)
        .allMatch(difference -> difference.startsWith("row too many: PM_APPEND g"));
  }

  @Test
  void findsACountThatSaysOtherwise() throws IOException, SQLException {
    assertThat(judged("update sluice.file set loaded = loaded + 1, read = read + 1"))
        .hasSize(1)
        .allMatch(difference -> difference.contains("counts read"));
  }

  @Test
  void findsAWrongEnd() throws IOException, SQLException {
    assertThat(judged("update sluice.file set state = 'rejected', reason = 'vanished'"))
        .anyMatch(difference -> difference.contains("must not be rejected (vanished)"));
  }

  @Test
  void findsAForgottenFile() throws IOException, SQLException {
    assertThat(judged("delete from sluice.file"))
        .anyMatch(difference -> difference.contains("the ledger does not have it"));
  }

  @Test
  void findsWhatHangs() throws IOException, SQLException {
    assertThat(
            judged(
                "insert into sluice.batch (id, feed, bulk, stage, files, bytes) values (1, 'm0', false, 'load', 1, 1)"))
        .anyMatch(difference -> difference.startsWith("a batch is left"));
  }
}
