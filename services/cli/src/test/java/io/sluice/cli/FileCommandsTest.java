package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.feed.FeedParser;
import io.sluice.core.ledger.FileIntake;
import io.sluice.core.ledger.FoundFile;
import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.staging.PackWriter;
import io.sluice.core.staging.RawIdentity;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingSettings;
import io.sluice.core.staging.Stagings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCommandsTest {

  @TempDir Path home;
  private Cli cli;

  @BeforeEach
  void start() {
    cli = new Cli(home);
  }

  /** Stages the bytes of a file in a pack of its own, as the getter does. */
  private void stage(long id) throws IOException {
    String feed = cli.text("select feed from sluice.file where id = " + id);
    String path = cli.text("select path from sluice.file where id = " + id);
    long token = cli.number("select sluice.new_token()");
    try (Staging staging = Stagings.open(StagingSettings.of(home.resolve("staging").toUri()));
        PackWriter pack = new PackWriter(staging, feed, token)) {
      pack.write(new byte[100], 0, 100);
      pack.add(new RawIdentity(id, "ems1", path, 100, cli.now, "00", null, false, false, false, 0));
      pack.commit();
    }
    for (String table : List.of("file set %s where id = ", "work set %s where file_id = ")) {
      String raw = "pack = %d, pack_offset = 0".formatted(token);
      cli.execute("update sluice." + table.formatted(raw) + id);
    }
  }

  @Test
  void listsFiles_fittedToTheTerminal() {
    long id = cli.loaded("nr-pm", "/pm/20261120/A20261120.1000+0100-1015+0100_gnb1.xml.gz");
    cli.found("lte-pm", "/other");

    Cli.Run all = cli.run("files", "--feed", "nr-*");
    assertThat(all.code()).isZero();
    assertThat(all.lines()).hasSize(2);
    assertThat(all.lines().get(0)).matches(" +ID  FEED   STATE   PERIOD +READ  LOADED .*REASON");
    assertThat(all.lines().get(1)).contains(String.valueOf(id), "1,000", "997", "_gnb1.xml.gz");

    cli.columns = 140;
    Cli.Run narrow = cli.run("files", "--feed", "nr-pm");
    assertThat(narrow.lines()).allSatisfy(line -> assertThat(line.length()).isLessThan(141));
    assertThat(narrow.out()).contains("…");
  }

  @Test
  void printsJson_whenAskedTo() {
    long id = cli.loaded("nr-pm", "/a");
    Cli.Run run = cli.run("--json", "files", "--state", "loaded", "--element", "gnb*");
    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("\"id\" : " + id, "\"loaded\" : 997", "\"foundAt\" : \"20");
    assertThat(cli.run("files", "--state", "dead", "--json").out().strip()).isEqualTo("[ ]");
  }

  @Test
  void refusesWrongOptions_withARemedy() {
    Cli.Run state = cli.run("files", "--state", "lost");
    assertThat(state.code()).isEqualTo(2);
    assertThat(state.err())
        .contains("'lost' is not a file state", "There are: discovered, fetched");
    Cli.Run time = cli.run("files", "--since", "yesterday");
    assertThat(time.code()).isEqualTo(2);
    assertThat(time.err()).contains("'yesterday' is not a time", "2h (ago").doesNotContain("\tat ");
    Cli.Run limit = cli.run("files", "--limit", "-1");
    assertThat(limit.code()).isEqualTo(2);
    assertThat(limit.err()).contains("--limit is -1. Give 1 or more");
    assertThat(cli.run("filez").err()).contains("files");
  }

  @Test
  void replaysFromStaging_whenTheRawFileIsThere() throws IOException {
    long id = cli.loaded("nr-pm", "/a");
    stage(id);
    long gone = cli.loaded("nr-pm", "/b");
    long busy = cli.handled("nr-pm", "/c");

    Cli.Run run = cli.run("replay", "" + id, "" + gone, "" + busy);

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).contains("1 file queued for reprocessing");
    assertThat(run.err())
        .contains("1 file in progress, left alone, for example " + busy)
        .contains("1 file no longer in staging; try --from source, for example " + gone + " (/b)");
    assertThat(cli.work(id)).isEqualTo("handle waiting");
    assertThat(cli.work(gone)).isEqualTo("none");
  }

  /** What was staged before stays where it was staged. */
  private long stagedBeforeItsFeedWasRenamed() throws IOException {
    long id = cli.loaded("pm", "/a");
    stage(id);
    Path feeds = Files.createDirectories(home.resolve("feeds"));
    Path file =
        Files.writeString(
            feeds.resolve("nr-pm.yaml"),
            """
            feed: nr-pm
            formerly: pm
            source: {directory: {path: "/pm/*.xml"}}
            format: {3gpp-pm: {}}
            target: {table: "pm.{measInfoId}"}
            """);
    LedgerPartitions partitions = new LedgerPartitions(cli.transactions);
    new FileIntake(cli.transactions, partitions, Clock.systemUTC(), Duration.ofDays(30))
        .takeOver(FeedParser.parse(file).feed().orElseThrow(), "localhost");
    assertThat(cli.text("select feed from sluice.file")).isEqualTo("nr-pm");
    return id;
  }

  @Test
  void replaysWhatWasStagedUnderTheFeedsFormerName() throws IOException {
    long id = stagedBeforeItsFeedWasRenamed();
    Cli.Run run = cli.run("replay", "" + id);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(cli.work(id)).isEqualTo("handle waiting");
  }

  @Test
  void recoversWhatWasStagedUnderTheFeedsFormerName() throws IOException {
    long id = stagedBeforeItsFeedWasRenamed();
    long forgotten = cli.loaded("nr-pm", "/b");
    cli.execute("update sluice.file set feed = 'pm' where id = " + forgotten);
    stage(forgotten);
    cli.execute("delete from sluice.file where id = " + forgotten);

    Cli.Run run = cli.run("recover", "--since", "1d", "--yes");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("1 known file queued for reprocessing", "1 forgotten file registered again");
    assertThat(cli.work(id)).isEqualTo("handle waiting");
    assertThat(cli.work(forgotten)).isEqualTo("fetch waiting");
    assertThat(cli.text("select count(*) || min(feed) || max(feed) from sluice.file"))
        .isEqualTo("2nr-pmnr-pm");
  }

  @Test
  void leavesFilesAlone_whoseNamesCannotBeUsed() throws IOException {
    LedgerPartitions partitions = new LedgerPartitions(cli.transactions);
    new FileIntake(cli.transactions, partitions, Clock.systemUTC(), Duration.ofDays(30))
        .skip(
            "nr-pm",
            List.of(
                new FileIntake.Skipped(
                    new FoundFile("ems1", "/pm/x", 0, Instant.EPOCH, null),
                    "unusable_name: rename it")));
    Cli.Run run =
        cli.run("replay", "--feed", "nr-pm", "--state", "skipped", "--from", "source", "--yes");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains("1 file whose name cannot be used: rename it at the source")
        .contains("(/pm/x)");
    assertThat(cli.text("select count(*) from sluice.work")).isEqualTo("0");
  }

  @Test
  void asksBeforeItReplaysMany() {
    long id = cli.loaded("nr-pm", "/a");
    long deleted = cli.loaded("nr-pm", "/b");
    cli.execute("update sluice.file set state = 'settled' where id = " + deleted);
    cli.parked("nr-pm", "/c", "privilege: may not");
    String[] replay = {"replay", "--feed", "nr-pm", "--from", "source"};
    Cli.Run refused = cli.run(replay);
    assertThat(refused.err())
        .contains("1 file moved or deleted at the source once they were loaded")
        .contains("try --from staging, for example " + deleted + " (/b)")
        .contains("Reprocess 1 file from source and resume 1 parked file?", "Add --yes");
    assertThat(refused.out()).isEmpty();
    assertThat(cli.run(replay).code()).isEqualTo(2);
    cli.interactive = true;
    cli.input = "n\n";
    assertThat(cli.run(replay).code()).isEqualTo(1);
    assertThat(cli.work(id)).isEqualTo("none");
    cli.input = "y\n";
    assertThat(cli.run(replay).code()).as("not all of them").isEqualTo(1);
    assertThat(cli.work(id)).isEqualTo("fetch waiting");
    assertThat(cli.work(deleted)).isEqualTo("none");
    Cli.Run nothing =
        cli.run("replay", "--feed", "nr-pm", "--from", "source", "--state", "settled");
    assertThat(nothing.code()).isEqualTo(1);
    assertThat(nothing.err()).contains("there is nothing to reprocess");
    assertThat(cli.run("replay").code()).isEqualTo(2);
    assertThat(cli.run("replay", "--feed", "nr-pm", "--state", "dead", "--yes").code())
        .isEqualTo(1);
  }

  @Test
  void showsReplaysAndDiscards_theDead() throws IOException {
    Files.createDirectories(home.resolve("staging"));
    long id = cli.dead("nr-pm", "/a");
    Cli.Run list = cli.run("dead", "list");
    assertThat(list.lines()).hasSize(2);
    assertThat(list.lines().get(1)).contains("" + id, "load", "it went boom", "997");
    Cli.Run show = cli.run("dead", "show", "" + id);
    assertThat(show.out()).contains("path: /a", "state: dead", "error: it went boom");
    assertThat(cli.run("dead", "show", "4711").code()).isEqualTo(1);
    assertThat(cli.run("dead", "replay", "" + id).err()).contains("try --from source");
    assertThat(cli.run("dead", "replay", "--feed", "*", "--from", "source", "--yes").code())
        .isZero();
    assertThat(cli.run("dead", "list").err()).contains("no dead files");
    assertThat(cli.work(id)).isEqualTo("fetch waiting");

    long other = cli.dead("nr-pm", "/b");
    assertThat(cli.run("dead", "discard", "" + other).code()).isEqualTo(2);
    long loaded = cli.loaded("nr-pm", "/c");
    Cli.Run discard =
        cli.run("dead", "discard", "" + other, "" + loaded, "--reason", "test element");
    assertThat(discard.code()).isEqualTo(1);
    assertThat(discard.out()).contains("1 file discarded");
    assertThat(discard.err())
        .contains("file " + loaded + " is loaded, closed or being worked on: left alone");
    assertThat(cli.text("select state || ' ' || reason from sluice.file where id = " + other))
        .isEqualTo("discarded test element");
    assertThat(cli.run("dead").err()).contains("name a subcommand: list, show, replay, discard");
  }

  @Test
  void recoversForgottenFiles_fromStaging() throws IOException {
    long id = cli.loaded("nr-pm", "/a");
    stage(id);
    cli.execute("delete from sluice.file where id = " + id);
    Cli.Run run = cli.run("recover", "--since", "1d", "--yes");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("1 forgotten file registered again");
    assertThat(cli.work(id)).isEqualTo("fetch waiting");
    assertThat(cli.run("recover", "--yes").code()).isEqualTo(2);
  }

  @Test
  void saysWhatARecoveryWouldDo_andWhatItCannot_beforeItAsks() throws IOException {
    long there = cli.loaded("nr-pm", "/a");
    stage(there);
    long gone = cli.loaded("nr-pm", "/b");
    cli.execute("update sluice.file set pack = 7 where id = " + gone);
    String[] recover = {"recover", "--since", "1d"};

    Cli.Run refused = cli.run(recover);

    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.out()).isEmpty();
    String cannot = "1 file closed since then and no longer in staging: they stay as restored";
    assertThat(refused.err())
        .contains("0 forgotten files to be registered again")
        .contains("1 known file to be queued for reprocessing")
        .contains("0 files in flight to be put back in the queue")
        .contains(cannot, "for example " + gone + " (/b)")
        .contains("Recover everything found or loaded since ", "Add --yes");
    assertThat(cli.work(there)).isEqualTo("none");
    assertThat(cli.number("select value from sluice.meta where name = 'epoch'")).isEqualTo(1);
    cli.interactive = true;
    cli.input = "y\n";
    Cli.Run done = cli.run(recover);
    assertThat(done.code()).as("not all of them").isEqualTo(1);
    assertThat(done.out()).contains("1 known file queued for reprocessing");
    assertThat(done.err()).contains(cannot);
    assertThat(cli.work(there)).isEqualTo("handle waiting");
    assertThat(cli.work(gone)).isEqualTo("none");
  }

  @Test
  void refusesToRecoverBesideLiveServices() throws Exception {
    Files.createDirectories(home.resolve("staging"));
    String url = cli.database.jdbcUrl();
    Properties service = new Properties();
    service.setProperty("user", cli.database.user());
    service.setProperty("password", cli.database.password());
    service.setProperty("ApplicationName", "sluice loader-0");
    try (Connection live = DriverManager.getConnection(url, service)) {
      assertThat(live.isValid(5)).isTrue();
      Cli.Run refused = cli.run("recover", "--since", "1d", "--yes");
      assertThat(refused.code()).isEqualTo(2);
      assertThat(refused.err())
          .contains("services are connected to the database: sluice loader-0")
          .contains("Stop them first, or add --force");
      assertThat(cli.number("select value from sluice.meta where name = 'epoch'")).isEqualTo(1);
      assertThat(cli.run("recover", "--since", "1d", "--yes", "--force").code()).isZero();
    }
  }

  @Test
  void saysThatStagingIsAway_whenItIsNotThere() {
    Cli.Run run = cli.run("recover", "--since", "1d", "--yes");
    assertThat(run.code()).isEqualTo(4);
    assertThat(run.err()).contains("is not a directory", "Check --staging");
  }
}
