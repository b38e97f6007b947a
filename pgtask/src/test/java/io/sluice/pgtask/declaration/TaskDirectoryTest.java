package io.sluice.pgtask.declaration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.core.feed.FeedDirectory;
import io.sluice.core.yaml.Problem;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.PartitionSpec;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.TaskSchedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Period;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskDirectoryTest {

  @TempDir Path home;
  private Path feedFiles;
  private Path taskFiles;
  private FeedDirectory feeds;
  private TaskDirectory tasks;
  private final List<TaskChange> changes = new ArrayList<>();

  @BeforeEach
  void open() throws IOException {
    feedFiles = Files.createDirectory(home.resolve("feeds"));
    taskFiles = Files.createDirectory(home.resolve("tasks"));
    feeds = new FeedDirectory(feedFiles, Clock.systemUTC());
    reopen();
  }

  private void reopen() {
    if (tasks != null) {
      tasks.close();
    }
    tasks = new TaskDirectory(taskFiles, feeds::current);
    tasks.onChange(changes::add);
  }

  @AfterEach
  void close() {
    tasks.close();
    feeds.close();
  }

  private void feed(String name, String partition) throws IOException {
    Files.writeString(
        feedFiles.resolve(name + ".yaml"),
        """
        feed: %s
        zone: Asia/Shanghai
        source: {directory: {path: "/in/*.xml"}}
        format: {3gpp-pm: {}}
        target: {table: "%s.{measInfoId}", partition: %s}
        """
            .formatted(name, name, partition));
    feeds.refresh();
  }

  private void write(String file, String yaml) throws IOException {
    Files.writeString(taskFiles.resolve(file), yaml);
    tasks.refresh();
  }

  private static String rotation(String name, String partition) {
    return "task: " + name + "\npartition: " + partition + "\n";
  }

  private PartitionSpec partition(String task) {
    return (PartitionSpec) tasks.current().task(task).orElseThrow().spec();
  }

  private List<String> problems() {
    return tasks.problems().stream()
        .map(
            p ->
                Path.of(p.file()).getFileName()
                    + ":"
                    + p.line()
                    + ":"
                    + p.column()
                    + ": "
                    + p.message())
        .toList();
  }

  @Test
  void derivesRotation_fromEachFeedWithPartitions() throws IOException {
    feed("nr", "{by: week, ahead: 14d, keep: 90d}");
    feed("lte", "{by: none}");
    assertThat(tasks.refresh()).isTrue();
    assertThat(tasks.current().tasks()).containsOnlyKeys("feed/nr");
    Task task = tasks.current().task("feed/nr").orElseThrow();
    assertThat(task.zone()).isEqualTo(ZoneId.of("Asia/Shanghai"));
    assertThat(task.schedule()).contains(new TaskSchedule.Every(Duration.ofMinutes(15)));
    assertThat(task.limits()).isEqualTo(Limits.DEFAULT);
    PartitionSpec spec = partition("feed/nr");
    assertThat(spec.feed()).contains("nr");
    assertThat(spec.by()).contains(new Interval.Calendar(Interval.Unit.WEEK));
    assertThat(spec.aheadTime()).contains(Duration.ofDays(14));
    assertThat(spec.aheadCount()).isEmpty();
    assertThat(spec.keepTime()).contains(Duration.ofDays(90));
    assertThat(spec.expired()).isEqualTo(new PartitionSpec.Expired.Drop());
  }

  @Test
  void takesTheDeclaredTask_whenItStandsForAFeed() throws IOException {
    feed("nr", "{by: day, ahead: 3d, keep: 90d}");
    write(
        "nr.yaml",
        """
        task: mine
        window: [daily 01:00-05:00]
        schedule: daily 03:00
        partition: {feed: nr, expired: archive, archive: cold}
        """);
    assertThat(problems()).isEmpty();
    assertThat(tasks.current().tasks()).containsOnlyKeys("mine");
    Task task = tasks.current().task("mine").orElseThrow();
    ZoneId shanghai = ZoneId.of("Asia/Shanghai");
    assertThat(task.zone()).isEqualTo(shanghai);
    assertThat(task.windows().get(0).zone()).isEqualTo(shanghai);
    assertThat(((TaskSchedule.Daily) task.schedule().orElseThrow()).zone()).isEqualTo(shanghai);
    assertThat(partition("mine").keepTime()).contains(Duration.ofDays(90));
    assertThat(partition("mine").aheadTime()).contains(Duration.ofDays(3));
    feed("nr", "{by: day, ahead: 3d, keep: 13 months}");
    assertThat(tasks.refresh()).isTrue();
    assertThat(partition("mine").keepTime()).contains(Period.of(1, 1, 0));
    assertThat(changes.get(changes.size() - 1).changed()).containsExactly("mine");
  }

  @Test
  void letsNothingExpire_whileAFileThatMaySayMoreIsBroken() throws IOException {
    feed("nr", "{by: day, keep: 90d}");
    feed("lte", "{by: day, keep: 90d}");
    write("nr.yaml", rotation("mine", "{feed: nr, expired: archiv}"));
    assertThat(partition("feed/nr").keepTime()).isEmpty();
    assertThat(partition("feed/lte").keepTime()).contains(Duration.ofDays(90));
    write("nr.yaml", rotation("mine", "{tables: [\"nr.*\", \"[\"], expired: archive, archive: c}"));
    assertThat(partition("feed/nr").keepTime()).isEmpty();
    assertThat(partition("feed/lte").keepTime()).contains(Duration.ofDays(90));
    write("nr.yaml", "task: [");
    assertThat(partition("feed/nr").keepTime()).isEmpty();
    assertThat(partition("feed/lte").keepTime()).isEmpty();
    write("nr.yaml", rotation("mine", "{feed: nr}"));
    assertThat(partition("mine").keepTime()).contains(Duration.ofDays(90));
    assertThat(partition("feed/lte").keepTime()).contains(Duration.ofDays(90));
    write("nr.yaml", "task: [");
    assertThat(partition("mine").keepTime()).contains(Duration.ofDays(90));
    assertThat(partition("feed/lte").keepTime()).contains(Duration.ofDays(90));
  }

  @Test
  void letsNothingExpire_untilTheDirectoryWasRead() throws IOException {
    feed("nr", "{by: day, keep: 90d}");
    Files.delete(taskFiles);
    reopen();
    assertThat(partition("feed/nr").keepTime()).isEmpty();
    assertThat(tasks.problems())
        .extracting(Problem::message)
        .containsExactly("the directory of tasks cannot be read");
    Files.createDirectory(taskFiles);
    tasks.refresh();
    assertThat(partition("feed/nr").keepTime()).contains(Duration.ofDays(90));
    assertThat(tasks.problems()).isEmpty();
  }

  @Test
  void keepsLastGoodTask_whenItsFileBreaks() throws IOException {
    write("a.yaml", rotation("a", "{tables: [x.a], keep: 9d}"));
    write("b.yaml", rotation("b", "{tables: [x.b]}"));
    write("a.yaml", rotation("a", "{tables: [x.a], keep: 9}d"));
    assertThat(partition("a").keepTime()).contains(Duration.ofDays(9));
    assertThat(tasks.current().tasks()).containsOnlyKeys("a", "b");
    assertThat(problems()).hasSize(1);
    Files.delete(taskFiles.resolve("a.yaml"));
    tasks.refresh();
    assertThat(tasks.current().tasks()).containsOnlyKeys("b");
    assertThat(changes.get(changes.size() - 1).removed()).containsExactly("a");
  }

  @Test
  void saysEveryProblem_thatOnlyShowsBesideOthers() throws IOException {
    feed("nr", "{by: day}");
    feed("lte", "{by: none}");
    write(
        "billing.yaml", "database: billing\nurl: jdbc:postgresql://h/b\nuser: u\nconnections: 1\n");
    write("broken.yaml", "database: broken\nurl: nowhere\nuser: u\n");
    write("a.yaml", rotation("a", "{tables: [x.a]}"));
    write("b.yaml", rotation("a", "{tables: [y.a]}"));
    write("c.yaml", rotation("c", "\n  tables:\n  - y.c\n  - \"x.*\""));
    write("d.yaml", "database: biling\n" + rotation("d", "{tables: [x.a]}"));
    write("e.yaml", "task: e\ndatabase: broken\npartition: {tables: [x.a]}\n");
    write("f.yaml", "task: f\ndatabase: billing\npartition: {tables: [x.a]}\n");
    write("g.yaml", rotation("g", "{feed: nrr}"));
    write("h.yaml", rotation("h", "{feed: lte}"));
    write("i.yaml", "zone: UTC\n" + rotation("i", "{feed: nr}"));
    write("j.yaml", rotation("j", "{tables: [\"nr.*\"]}"));
    assertThat(problems())
        .containsExactly(
            "b.yaml:1:7: task a is also in a.yaml",
            "broken.yaml:2:6: 'nowhere' is not the URL of a PostgreSQL database",
            "c.yaml:5:5: x.a is also rotated by task a in a.yaml",
            "d.yaml:1:11: database biling is not declared",
            "f.yaml:1:1: limits.connections is 2, but database billing allows 1",
            "g.yaml:2:19: there is no feed nrr",
            "h.yaml:2:19: the tables of feed lte have no partitions",
            "i.yaml:1:7: feed nr has its days in Asia/Shanghai",
            "j.yaml:2:22: nr.{measInfoId} of feed nr is rotated as the feed says");
    assertThat(tasks.current().tasks()).containsOnlyKeys("a", "e", "feed/nr");
    assertThat(tasks.current().databases()).containsOnlyKeys("billing");
  }

  @Test
  void findsTablesThatTwoTasksTend_partByPart() throws IOException {
    write("a.yaml", "task: a\nmaintenance: {tables: [\"x.*\"], exclude: [x.b], vacuum: {}}\n");
    write("b.yaml", "task: b\nmaintenance: {tables: [x.a, x.b], reindex: {}}\n");
    write("c.yaml", "task: c\nmaintenance: {tables: [x.b], vacuum: {}}\n");
    assertThat(problems()).isEmpty();
    write("d.yaml", "task: d\nmaintenance: {tables: [x.b, x.c], vacuum: {}, analyze: {}}\n");
    write("e.yaml", "task: e\nconvert: {table: x.a, column: t, by: day}\n");
    write("f.yaml", "task: f\nconvert: {table: x.a, column: t, by: day}\n");
    write("g.yaml", "task: g\npartition: {tables: [x.a]}\n");
    write("h.yaml", "task: h\nmaintenance: {tables: [x.d], reorder: {}}\n");
    write("j.yaml", "task: j\nunpartition: {table: x.a}\n");
    write("k.yaml", "task: k\nunpartition: {table: y.a}\n");
    write("l.yaml", "task: l\npartition: {tables: [\"y.*\"]}\n");
    write("i.yaml", "task: i\nmaintenance: {tables: [x.d], rewrite: {bloat: 50%}}\n");
    assertThat(problems())
        .containsExactly(
            "d.yaml:2:24: x.b is also vacuumed by task c in c.yaml",
            "d.yaml:2:29: x.c is also vacuumed by task a in a.yaml",
            "f.yaml:2:18: x.a is also converted by task e in e.yaml",
            "i.yaml:2:24: x.d is also rewritten by task h in h.yaml",
            "j.yaml:2:22: x.a is also converted by task e in e.yaml",
            "j.yaml:2:22: x.a is also rotated by task g in g.yaml",
            "l.yaml:2:22: y.a is also unpartitioned by task k in k.yaml");
  }

  @Test
  void letsRotationsShareAGlob_whenOneExcludesWhatTheOtherNames() throws IOException {
    feed("nr", "{by: day}");
    write("a.yaml", rotation("a", "{tables: [\"x.*\", \"nr.*\"], exclude: [\"{x.b,nr}*\"]}"));
    write("b.yaml", rotation("b", "{tables: [x.b, 'x.\"b.c\"']}"));
    assertThat(problems()).isEmpty();
    write("c.yaml", rotation("c", "{tables: ['x.\"c.c\"']}"));
    assertThat(problems())
        .containsExactly("c.yaml:2:22: x.\"c.c\" is also rotated by task a in a.yaml");
  }

  @Test
  void stopsATask_whenItsFeedIsGone() throws IOException {
    feed("nr", "{by: day}");
    write("nr.yaml", rotation("mine", "{feed: nr}"));
    assertThat(tasks.current().tasks()).containsOnlyKeys("mine");
    Files.delete(feedFiles.resolve("nr.yaml"));
    feeds.refresh();
    tasks.refresh();
    assertThat(tasks.current().tasks()).isEmpty();
    assertThat(problems()).containsExactly("nr.yaml:2:19: there is no feed nr");
  }

  @Test
  void tellsOfATask_whenItsDatabaseChanges() throws IOException {
    write("d.yaml", "database: d\nurl: jdbc:postgresql://h/b\nuser: u\n");
    write("a.yaml", "task: a\ndatabase: d\npartition: {tables: [x.a]}\n");
    write("d.yaml", "database: d\nurl: jdbc:postgresql://h/b\nuser: v\n");
    assertThat(changes.get(changes.size() - 1).changed()).containsExactly("a");
  }

  @Test
  void reloadsByItself_whenWatching() throws IOException {
    tasks.watch(Duration.ofMillis(20));
    Files.writeString(taskFiles.resolve("a.yaml"), rotation("a", "{tables: [x.a]}"));
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> tasks.current().task("a"), Optional::isPresent);
  }

  @Test
  void tellsAConversionWhetherItsTableWillBeRotated() throws IOException {
    write("convert.yaml", "task: convert\nconvert: {table: billing.cdr, column: at, by: day}\n");
    assertThat(rotated()).isFalse();
    write("other.yaml", "database: other\nurl: jdbc:postgresql://h/other\nuser: u\n");
    for (String partition :
        List.of(
            "{tables: [billing.cdr]}\nschedule: never",
            "{tables: [billing.cdr]}\ndatabase: other",
            "{tables: [\"billing.*\"], exclude: [\"billing.c*\"]}",
            "{tables: [billing.cdr2]}")) {
      write("rotate.yaml", rotation("rotate", partition));
      assertThat(tasks.current().task("rotate")).as(partition).isPresent();
      assertThat(rotated()).as(partition).isFalse();
    }
    write("rotate.yaml", rotation("rotate", "{tables: [\"billing.*\"]}"));
    assertThat(rotated()).isTrue();
    Files.delete(taskFiles.resolve("rotate.yaml"));
    tasks.refresh();
    assertThat(rotated()).isFalse();
    feed("billing", "{by: day}");
    tasks.refresh();
    assertThat(rotated()).as("task feed/billing").isTrue();
  }

  private boolean rotated() {
    return ((ConvertSpec) tasks.current().task("convert").orElseThrow().spec()).rotated();
  }
}
