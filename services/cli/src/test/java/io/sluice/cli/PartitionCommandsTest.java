package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.EmbeddedDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rotation, export and restore from the command line, as a person would. */
class PartitionCommandsTest {

  @TempDir Path home;
  private Cli cli;
  private LocalDate today;
  private String old;

  private void start(int major) throws IOException {
    cli = new Cli(home, EmbeddedDatabase.shared(major));
    cli.environment.put("SLUICE_TASKS", home.resolve("tasks").toString());
    Files.createDirectories(home.resolve("tasks"));
    Files.createDirectories(home.resolve("feeds"));
    today = LocalDate.now(ZoneOffset.UTC);
    LocalDate day = today.minusDays(30);
    old = "x.cdr_p" + day.toString().replace("-", "");
    cli.execute("create schema x");
    cli.execute("create table x.cdr (t timestamptz not null, n int) partition by range (t)");
    cli.execute(
        "create table %s partition of x.cdr for values from ('%s 00:00Z') to ('%s 00:00Z')"
            .formatted(old, day, day.plusDays(1)));
    cli.execute("insert into x.cdr select '%s 10:00Z', generate_series(1, 500)".formatted(day));
    Files.writeString(
        home.resolve("tasks/cdr.yaml"),
        """
        task: rotate-cdr
        partition: {tables: [x.cdr], by: day, ahead: 2, keep: 7d, gaps: false, export: "file://%s"}
        """
            .formatted(home.resolve("archive")));
  }

  @ParameterizedTest
  @MethodSource("io.sluice.testkit.EmbeddedDatabase#versions")
  void rotatesExportsAndRestores(int major) throws IOException {
    start(major);
    Cli.Run explain = cli.run("task", "explain", "rotate-cdr");
    assertThat(explain.code()).isZero();
    assertThat(explain.out())
        .contains("A new partition holds a day in UTC")
        .contains("A partition expires when it ended 1w ago")
        .contains("x.cdr: 1 partitions by t, from ");
    Cli.Run dry = cli.run("task", "run", "rotate-cdr", "--dry-run");
    assertThat(dry.code()).isZero();
    assertThat(dry.out()).containsIgnoringCase("detach partition");
    assertThat(cli.number("select count(*) from x.cdr")).isEqualTo(500);

    Cli.Run run = cli.run("task", "run", "rotate-cdr");
    assertThat(run.out()).contains("partitionsExported 1");
    assertThat(run.code()).isZero();
    assertThat(cli.number("select count(*) from x.cdr")).isZero();
    assertThat(cli.run("partition", "list", "x.cdr").out())
        .containsPattern(old + " .* 500 +dropped +file://");

    Cli.Run restored = cli.run("partition", "restore", old);
    assertThat(restored.err()).doesNotContain("sluice:");
    assertThat(restored.code()).isZero();
    assertThat(cli.number("select count(*) from x.cdr")).isEqualTo(500);
    assertThat(cli.run("partition", "list", "x.cdr").out()).contains("restored");
    assertThat(cli.run("task", "run", "rotate-cdr").code()).as("it is held").isZero();
    assertThat(cli.number("select count(*) from x.cdr")).isEqualTo(500);
  }

  @ParameterizedTest
  @MethodSource("io.sluice.testkit.EmbeddedDatabase#versions")
  void attachesAgain_whatWasDetached(int major) throws IOException {
    start(major);
    Path task = home.resolve("tasks/cdr.yaml");
    Files.writeString(
        task,
        "task: rotate-cdr\npartition: {tables: [x.cdr], by: day, keep: 7d, gaps: false, expired: keep}\n");
    assertThat(cli.run("task", "run", "rotate-cdr").code()).isZero();
    assertThat(cli.number("select count(*) from x.cdr")).isZero();
    assertThat(cli.run("partition", "attach", old, "--dry-run").out())
        .contains("attach partition \"x\".\"" + old.substring(2) + "\" for values from (");
    Cli.Run attached = cli.run("partition", "attach", old);
    assertThat(attached.out()).contains("done: 3 steps");
    assertThat(attached.code()).isZero();
    assertThat(cli.number("select count(*) from x.cdr")).isEqualTo(500);
    assertThat(cli.run("partition", "list", "x.cdr").out()).contains("restored");
    assertThat(cli.run("task", "run", "rotate-cdr").code()).as("it is held").isZero();
    assertThat(cli.number("select count(*) from x.cdr")).isEqualTo(500);
    assertThat(cli.run("partition", "attach", old).out()).contains("is attached to x.cdr already");
    assertThat(cli.run("partition", "attach", "x.nothing").out())
        .contains("has detached no partition x.nothing");
    assertThat(cli.run("partition", "attach", old, "--hold", "long").code()).isEqualTo(2);
  }

  @ParameterizedTest
  @MethodSource("io.sluice.testkit.EmbeddedDatabase#versions")
  void dropsMoreThanTheShare_onlyWithYes(int major) throws IOException {
    start(major);
    for (int i = 1; i <= 5; i++) {
      LocalDate day = today.minusDays(30L + i);
      cli.execute(
          "create table x.more%d partition of x.cdr for values from ('%s 00:00Z') to ('%s 00:00Z')"
              .formatted(i, day, day.plusDays(1)));
    }
    Cli.Run refused = cli.run("task", "run", "rotate-cdr");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.out()).contains("sluice task run rotate-cdr --yes");
    assertThat(cli.number("select count(*) from x.cdr")).isEqualTo(500);
    Cli.Run confirmed = cli.run("task", "run", "rotate-cdr", "--yes");
    assertThat(confirmed.out()).contains("partitionsExpired 6");
    assertThat(confirmed.code()).isZero();
  }

  @ParameterizedTest
  @MethodSource("io.sluice.testkit.EmbeddedDatabase#versions")
  void saysWhatIsWrong_whenNothingCanBeRestored(int major) throws IOException {
    start(major);
    Cli.Run none = cli.run("partition", "restore", "x.nothing");
    assertThat(none.code()).isEqualTo(1);
    assertThat(none.out()).contains("x.nothing");
    assertThat(cli.run("partition", "restore").err()).contains("Give one of them");
    assertThat(cli.run("partition", "restore", "x.a", "--hold", "long").err())
        .contains("--hold long is not a duration");
    assertThat(cli.run("partition", "restore", "nothing").err()).contains("write schema.table");
    assertThat(cli.run("partition", "restore", "x.a", "--as", "x.b", "--detached").code())
        .isEqualTo(2);
    assertThat(cli.run("partition", "restore", "--manifest", "a b").code()).isEqualTo(2);
  }
}
