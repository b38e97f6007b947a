package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineCommandsTest {

  @TempDir Path home;
  private Cli cli;

  @BeforeEach
  void start() {
    cli = new Cli(home);
  }

  private void feed(String file, String yaml) throws IOException {
    Files.createDirectories(home.resolve("feeds"));
    Files.writeString(home.resolve("feeds").resolve(file), yaml);
  }

  private static String good(String name) {
    return """
        feed: %s
        source:
          directory: {path: "/pm/{yyyyMMdd}/A*.xml.gz"}
        format: {3gpp-pm: {}}
        target:
          table: pm.{measInfoId}
        """
        .formatted(name);
  }

  @Test
  void showsTheStatus_byFeed() throws IOException {
    feed("quiet.yaml", good("quiet"));
    cli.loaded("nr-pm", "/a");
    cli.found("nr-pm", "/b");
    cli.dead("nr-pm", "/c");
    cli.run("feed", "pause", "nr-pm", "ems1");
    Cli.Run run = cli.run("status");
    assertThat(run.code()).isZero();
    assertThat(run.lines().get(0)).startsWith("FEED").contains("WAITING", "LAG", "CELLS/S");
    assertThat(run.lines().get(1)).matches("nr-pm +1 +0 +0 +0 +0 +0 +1 +0 +0 +20.*ems1");
    assertThat(run.lines().get(2)).startsWith("quiet");
    assertThat(cli.run("status", "--watch", "1", "--times", "2", "--json").out())
        .contains("\"waiting\" : 1");
  }

  @Test
  void checksFeeds_sayingEveryProblem() throws IOException {
    feed("good.yaml", good("good"));
    assertThat(cli.run("feed", "check").code()).isZero();
    feed("bad.yaml", "feed: Bad Name\nsource: {}\nformat: {3gpp-pm: {}}\n");
    Cli.Run bad = cli.run("feed", "check");
    assertThat(bad.code()).isEqualTo(1);
    assertThat(bad.lines()).hasSizeGreaterThan(1);
    assertThat(bad.lines().get(0)).contains("bad.yaml:1:");
    assertThat(bad.err()).contains("2 files, ");
    assertThat(cli.run("feed", "check", home.resolve("feeds/good.yaml").toString()).code())
        .isZero();
    Cli.Run none = cli.run("feed", "check", home.resolve("nowhere").toString());
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("there are no feeds at");
  }

  @Test
  void showsFeeds_withTheirDefaults() throws IOException {
    feed("a.yaml", good("nr-pm"));
    assertThat(cli.run("feed", "list").lines().get(1)).contains("nr-pm", "3gpp-pm", "pm.{meas");
    Cli.Run show = cli.run("feed", "show", "nr-pm");
    assertThat(show.out()).contains("name: nr-pm", "path: /pm/{yyyyMMdd}/A*.xml.gz", "mode: ");
    assertThat(cli.run("feed", "show", "nr-pm", "--json").out()).contains("\"name\" : \"nr-pm\"");
    Cli.Run unknown = cli.run("feed", "show", "other");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err()).contains("there is no feed other. There are: nr-pm");
  }

  @Test
  void pausesAndResumes_onlyWhatThereIs() {
    cli.found("nr-pm", "/a");
    assertThat(cli.run("feed", "pause", "nr-pn").err()).contains("Did you mean nr-pm?");
    assertThat(cli.run("feed", "pause", "nr-pm", "ems1").out())
        .contains("nr-pm from ems1 is paused");
    assertThat(cli.number("select count(*) from sluice.pause where host = 'ems1'")).isEqualTo(1);
    assertThat(cli.run("feed", "resume", "nr-pm").out()).contains("nr-pm is resumed");
    assertThat(cli.run("feed", "resume", "nr-pm").code()).isEqualTo(1);
    assertThat(cli.number("select count(*) from sluice.pause")).isZero();
  }

  @Test
  void letsParkedFilesGoOn() {
    long limit = cli.parked("nr-pm", "/a", "schema_limit: 51 new tables");
    long right = cli.parked("nr-pm", "/b", "privilege: may not");
    assertThat(cli.run("parked", "list").lines()).hasSize(3);
    assertThat(cli.run("schema", "list").lines().get(1)).contains("nr-pm", "51 new tables");
    assertThat(cli.run("schema", "approve", "nr-pm").code()).isEqualTo(2);
    Cli.Run approve = cli.run("schema", "approve", "nr-pm", "--tables", "20");
    assertThat(approve.out()).contains("20 more tables", "1 file resumed");
    assertThat(cli.work(limit)).isEqualTo("handle waiting");
    assertThat(cli.work(right)).isEqualTo("handle parked");
    assertThat(cli.run("parked", "resume", "nr-*", "--yes").out()).contains("1 file resumed");
    assertThat(cli.work(right)).isEqualTo("handle waiting");
    assertThat(cli.run("parked", "list").err()).contains("no parked files");
  }

  @Test
  void exitsWith3_whenCountsDoNotAddUp() {
    long id = cli.loaded("nr-pm", "/a");
    Cli.Run exact = cli.run("reconcile");
    assertThat(exact.code()).isZero();
    assertThat(exact.lines().get(1)).contains("nr-pm", "1,000", "997", "yes");
    cli.execute("update sluice.file set loaded = 996 where id = " + id);
    Cli.Run inexact = cli.run("reconcile", "--since", "1h");
    assertThat(inexact.code()).isEqualTo(3);
    assertThat(inexact.lines().get(1)).contains("1 not");
    assertThat(inexact.err()).contains("1 file with counts that do not add up");
  }

  @Test
  void exitsWith1_whenTheTablesLackRows() {
    long id = cli.loaded("nr-pm", "/a");
    cli.execute("create schema x");
    cli.execute(
        "create table x.cells as select %d::bigint as _file from generate_series(1, 40)"
            .formatted(id));
    cli.execute(
        "insert into sluice.target (schema_name, name, source_name, feed, layout, mode, key_columns)"
            + " values ('x', 'cells', 'cells', 'nr-pm', 'wide', 'append', '{}')");
    cli.execute(
        "insert into sluice.target_table (target_id, kind, part, table_name)"
            + " select id, 'main', 0, 'cells' from sluice.target");
    cli.execute(
        "update sluice.file set table_rows = '{40}', tables = array(select id from sluice.target_table)");
    Cli.Run whole = cli.run("reconcile", "--verify");
    assertThat(whole.code()).isZero();
    assertThat(whole.lines().get(1)).matches("nr-pm +20..-..-.. +x.cells +1 +40 +40 +0 +0 +0 +0");

    cli.execute("delete from x.cells where ctid < '(0,5)'");
    Cli.Run lacking = cli.run("reconcile", "--verify", "--since", "1h");
    assertThat(lacking.code()).isEqualTo(1);
    assertThat(lacking.lines().get(4))
        .matches(id + " +nr-pm +20.* x.cells +40 +36 +missing +not known +/a");
    assertThat(lacking.err()).contains("4 rows missing");
    assertThat(cli.run("reconcile", "--verify", "--json").out())
        .contains("\"fileId\" : " + id, "\"missing\" : 4");
    assertThat(cli.run("reconcile").code()).isZero();
  }

  @Test
  void showsWhatAFilesFormatWasUnsureOf_andItsReplays() {
    long id = cli.loaded("nr-pm", "/a");
    cli.execute("update sluice.file set notes = 'the first row might be values'");
    cli.execute(
        "insert into sluice.replay (file_id, handling, state, reason, read, loaded, collapsed, replaced, rejected,"
            + " dead, rows) values (%d, 2, 'rejected', 'broken_xml: no', 9, 8, 1, 0, 0, 0, 4)"
                .formatted(id));
    assertThat(cli.run("files").out()).contains("the first row might be values");
    assertThat(cli.run("files", String.valueOf(id)).out())
        .contains("note: the first row might be values")
        .contains("replay 2 ended rejected at ")
        .contains("read 9 = loaded 8 + collapsed 1", ": broken_xml: no");
  }

  @Test
  void saysWhatIsWrong_whenTheDatabaseIsAway() {
    cli.environment.put("SLUICE_DATABASE_URL", "jdbc:postgresql://127.0.0.1:1/nowhere");
    Cli.Run away = cli.run("status");
    assertThat(away.code()).isEqualTo(4);
    assertThat(away.err())
        .contains("jdbc:postgresql://127.0.0.1:1/nowhere cannot be reached")
        .contains("Check --url")
        .doesNotContain("\tat ");
    assertThat(cli.run("status", "--debug").err()).contains("\tat ");
  }

  @Test
  void saysWhatIsWrong_whenLoginDatabaseOrLedgerIsMissing() {
    String url = cli.database.jdbcUrl();
    assertThat(cli.run("files", "--url", url.replaceFirst("/[^/]+$", "/nope")).err())
        .contains("does not exist");
    cli.environment.put("SLUICE_DATABASE_PASSWORD", "wrong");
    Cli.Run login = cli.run("files");
    assertThat(login.code()).isEqualTo(4);
    assertThat(login.err())
        .contains("rejected the login", "--password-file")
        .doesNotContain("wrong");
    cli.environment.put("SLUICE_DATABASE_PASSWORD", cli.database.password());
    cli.execute("drop schema sluice cascade");
    Cli.Run ledger = cli.run("files");
    assertThat(ledger.code()).isEqualTo(4);
    assertThat(ledger.err()).contains("has no ledger (schema sluice)");
    cli.environment.remove("SLUICE_DATABASE_URL");
    Cli.Run unknown = cli.run("files");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err()).contains("no database is configured", "--url");
  }

  @Test
  void takesTheConnection_fromOptionsOrTheFileOfStandalone() throws IOException {
    cli.found("nr-pm", "/a");
    cli.environment.keySet().removeIf(name -> name.startsWith("SLUICE_"));
    Path file = home.resolve(".sluice/connection.properties");
    Files.createDirectories(file.getParent());
    Files.writeString(
        file,
        "url=%s\nuser=%s\npassword=%s\n"
            .formatted(cli.database.jdbcUrl(), cli.database.user(), cli.database.password()));
    assertThat(cli.run("files").lines()).hasSize(2);
    Files.delete(file);
    Path password = home.resolve("password");
    Files.writeString(password, cli.database.password() + "\n");
    Cli.Run run =
        cli.run(
            "files",
            "--url=" + cli.database.jdbcUrl(),
            "--user=" + cli.database.user(),
            "--password-file=" + password);
    assertThat(run.lines()).hasSize(2);
  }

  @Test
  void completionIsValidBash() throws Exception {
    Cli.Run run = cli.run("completion");
    assertThat(run.out()).contains("discovered", "--period-since");
    Path script = home.resolve("sluice_completion");
    Files.writeString(script, run.out());
    Process bash =
        new ProcessBuilder("bash", "-n", script.toString()).redirectErrorStream(true).start();
    assertThat(bash.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(bash.exitValue()).isZero();
  }
}
