package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names that nothing has, names of what is broken, and states that are not what was asked for. */
class NamesTest {

  private static final String SFTP =
      """
      feed: nr-pm
      source:
        sftp:
          hosts: [ems1, "ems2:2222"]
          mirrors: [[ems3a, ems3b]]
          user: pm
          password: ${env:PM}
          path: /pm/*.xml
      format: {3gpp-pm: {}}
      target: {table: "pm.{measInfoId}"}
      """;

  @TempDir Path home;
  private Cli cli;
  private Path feed;

  @BeforeEach
  void start() throws IOException {
    cli = new Cli(home);
    feed = Files.createDirectories(home.resolve("feeds")).resolve("pm.yaml");
    Files.writeString(feed, SFTP);
    Files.createDirectories(home.resolve("tasks"));
    cli.environment.put("SLUICE_TASKS", home.resolve("tasks").toString());
  }

  @Test
  void refusesAFeedThatNothingHas_inEveryCommand() {
    for (String command :
        List.of(
            "feed pause %s",
            "feed resume %s",
            "feed show %s",
            "files --feed %s",
            "replay --feed %s --yes",
            "status --feed %s",
            "reconcile --feed %s",
            "dead list --feed %s",
            "dead replay --feed %s --yes",
            "parked list --feed %s",
            "parked resume %s --yes",
            "schema approve %s --tables 1")) {
      Cli.Run far = cli.run(command.formatted("quite-another").split(" "));
      assertThat(far.code()).as(command).isEqualTo(2);
      assertThat(far.err()).contains("there is no feed quite-another. There are: nr-pm");
      Cli.Run near = cli.run(command.formatted("nr-pn").split(" "));
      assertThat(near.err()).contains("there is no feed nr-pn. Did you mean nr-pm?");
    }
    assertThat(cli.run("files", "--feed", "lte-*").code()).isEqualTo(2);
    for (String command : List.of("explain", "run", "history", "cancel")) {
      Cli.Run task = cli.run("task", command, "feed/nr-pn");
      assertThat(task.code()).as(command).isEqualTo(2);
      assertThat(task.err()).contains("there is no task feed/nr-pn. Did you mean feed/nr-pm?");
    }
    assertThat(cli.number("select count(*) from sluice.pause")).isZero();
    assertThat(cli.number("select count(*) from sluice.schema_approval")).isZero();
  }

  @Test
  void takesAFeed_thatOnlyTheDirectoryOrTheLedgerHas() {
    assertThat(cli.run("files", "--feed", "nr-pm").code()).isZero();
    cli.loaded("gone-pm", "/a");
    assertThat(cli.run("files", "--feed", "gone-pm").lines()).hasSize(2);
    assertThat(cli.run("files", "--feed", "gone-*").lines()).hasSize(2);
    assertThat(cli.run("feed", "pause", "gone-pm").code()).isZero();
  }

  @Test
  void refusesAHostThatTheFeedDoesNotHave() {
    Cli.Run near = cli.run("feed", "pause", "nr-pm", "emz1");
    assertThat(near.code()).isEqualTo(2);
    assertThat(near.err()).contains("there is no host emz1 of feed nr-pm. Did you mean ems1?");
    Cli.Run far = cli.run("feed", "resume", "nr-pm", "another");
    assertThat(far.code()).isEqualTo(2);
    assertThat(far.err()).contains("There are: ems1, ems2:2222, ems3a");
    assertThat(cli.number("select count(*) from sluice.pause")).isZero();
  }

  /** The ledger says ems1 of ems1:22, and ems3a of all its mirrors. */
  @Test
  void pausesTheHostThatTheLedgerKnows_howeverItIsWritten() {
    assertThat(cli.run("feed", "pause", "nr-pm", "ems1:22").out())
        .contains("nr-pm from ems1 is paused");
    cli.run("feed", "pause", "nr-pm", "ems3b");
    assertThat(cli.text("select string_agg(host, ' ' order by host) from sluice.pause"))
        .isEqualTo("ems1 ems3a");
    cli.found("nr-pm", "/pushed");
    cli.execute("update sluice.work set host = 'pushed'");
    assertThat(cli.run("feed", "pause", "nr-pm", "pushed").code()).isZero();
  }

  @Test
  void saysThatAFileIsBrokenSinceWhen_andThatItsFeedIsInEffect() throws IOException {
    cli.loaded("nr-pm", "/a");
    Files.writeString(feed, SFTP.replace("format: {3gpp-pm: {}}", "format: {3gpp: {}}"));
    Files.setLastModifiedTime(feed, FileTime.from(Instant.parse("2026-03-10T10:00:00Z")));
    for (String command :
        List.of(
            "feed show nr-pm",
            "feed list",
            "feed pause nr-pm",
            "status",
            "task explain feed/nr-pm")) {
      Cli.Run run = cli.run(command.split(" "));
      assertThat(run.err())
          .as(command)
          .contains("the file of feed nr-pm has been broken since 2026-03-10 11:00:00+01:00")
          .containsPattern("pm.yaml has [1-9] problems?\\. ")
          .contains("keep its earlier definition in effect")
          .doesNotContain("there is no");
    }
    assertThat(cli.run("feed", "show", "nr-pm").code()).isEqualTo(1);
    assertThat(cli.number("select count(*) from sluice.pause")).isEqualTo(1);
  }

  @Test
  void leavesFilesAlone_thatAreNotDead() throws IOException {
    Files.createDirectories(home.resolve("staging"));
    long loaded = cli.loaded("nr-pm", "/a");
    Cli.Run run = cli.run("dead", "replay", "" + loaded, "4711", "--from", "source");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains("file " + loaded + " is loaded, not dead: left alone")
        .contains("file 4711 is not in the ledger")
        .contains("no dead files");
    assertThat(cli.work(loaded)).isEqualTo("none");
    long dead = cli.dead("nr-pm", "/b");
    Cli.Run both = cli.run("dead", "replay", "" + loaded, "" + dead, "--from", "source");
    assertThat(both.code()).isEqualTo(1);
    assertThat(both.out()).contains("1 file queued for reprocessing");
    assertThat(cli.work(loaded)).isEqualTo("none");
    assertThat(cli.work(dead)).isEqualTo("fetch waiting");
  }

  @Test
  void asksWhatToDoToHowMany_whereTheyAreChosenByAGlob() throws IOException {
    Files.createDirectories(home.resolve("staging"));
    long id = cli.parked("nr-pm", "/a", "privilege: may not");
    cli.dead("nr-pm", "/b");
    assertThat(cli.run("parked", "resume", "nr-*").err())
        .contains(
            "Resume 1 parked file of nr-pm? Nobody can be asked without a terminal. Add --yes");
    assertThat(cli.run("dead", "replay", "--feed", "*", "--from", "source").err())
        .contains("Reprocess 1 file from source?");
    assertThat(cli.run("replay", "--state", "dead").err())
        .contains(
            "1 file no longer in staging; try --from source", "there is nothing to reprocess");
    assertThat(cli.work(id)).isEqualTo("handle parked");
    cli.interactive = true;
    cli.input = "n\n";
    assertThat(cli.run("parked", "resume", "nr-*").code()).isEqualTo(1);
    assertThat(cli.work(id)).isEqualTo("handle parked");
    assertThat(cli.run("parked", "resume", "nr-pm").code()).isZero();
    assertThat(cli.work(id)).isEqualTo("handle waiting");
  }
}
