package io.sluice.pgtask.declaration;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.yaml.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people are told about wrong tasks and databases: the table of messages. */
class TaskProblemsTest {

  private static final String PARTITION =
      """
      task: rotate
      partition:
        tables: [billing.cdr]
        by: day
      """;

  private static final String CONVERT =
      """
      task: convert
      convert: {table: billing.cdr, column: t, by: day}
      """;

  private static final String MAINTENANCE =
      """
      task: care
      maintenance: {tables: ["pm.*"], vacuum: {}}
      """;

  private static final String DATABASE =
      """
      database: billing
      url: jdbc:postgresql://pg2:5432/billing
      user: sluice
      """;

  private static List<Problem> problems(String yaml) {
    return TaskParser.parse("t.yaml", yaml).problems();
  }

  private static Problem only(String yaml) {
    List<Problem> problems = problems(yaml);
    assertThat(problems).hasSize(1);
    assertThat(problems.get(0).remedy()).matches("(?s)[A-Z].*[.?]");
    return problems.get(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {PARTITION, CONVERT, MAINTENANCE, DATABASE})
  void basesHaveNoProblem(String yaml) {
    assertThat(problems(yaml)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pm.\"a.b\"",
        "\"p.m\".cdr",
        "pm.\"a \"\"b\"\"\"",
        "pm.\"all*\"",
        "\"p.m\".*",
        "pm.a b"
      })
  void takesTablesWithAnyName(String table) {
    assertThat(problems(PARTITION.replace("billing.cdr", "'" + table + "'"))).isEmpty();
    assertThat(problems(MAINTENANCE.replace("\"pm.*\"", "'" + table + "'"))).isEmpty();
  }

  @Test
  void saysEveryProblemAtOnce_inTheOrderOfLines() {
    String yaml =
        """
        task: Rotate
        zone: Asia/Shanghia
        schedule: evry 15m
        window: [Saturday 01:00-05:00, Satrday 01:00-02:00]
        limits: {conections: 2, lockTimeout: 0s}
        partition:
          tables: [cdr, "pm.*"]
          by: dy
          ahead: soon
          keep: 3 moons
          expired: archiv
          export: ftp://x
          name: "{table}_p"
          template:
            storage: {filfactor: 90}
          sub: {range: {column: t, by: 7m}}
        partitions: {}
        """;
    assertThat(problems(yaml))
        .extracting(p -> p.line() + ":" + p.column() + " " + p.pointer())
        .containsExactly(
            "1:7 /task",
            "2:7 /zone",
            "3:11 /schedule",
            "4:32 /window/1",
            "5:10 /limits/conections",
            "5:38 /limits/lockTimeout",
            "7:12 /partition/tables/0",
            "8:7 /partition/by",
            "9:10 /partition/ahead",
            "10:9 /partition/keep",
            "11:12 /partition/expired",
            "12:11 /partition/export",
            "13:9 /partition/name",
            "15:15 /partition/template/storage/filfactor",
            "16:32 /partition/sub/range/by",
            "17:1 /partitions");
    assertThat(problems(yaml)).allSatisfy(p -> assertThat(p.remedy()).matches("(?s)[A-Z].*[.?]"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "task: rotate|tsk: rotate|unknown key 'tsk'|'task'",
        "partition:|convert: {table: a.b, column: c, by: day}%partition:|exactly one of partition, convert, unpartition, maintenance|Write",
        "task: rotate|task: rotate%zone: +25:00|not a time zone|Europe/Berlin",
        "task: rotate|task: rotate%schedule: every 10ms|shorter than a second|15m",
        "task: rotate|task: rotate%schedule: every day|'day' is not a duration|every 15m",
        "task: rotate|task: rotate%schedule: daily 25:00|not a time of the day|03:10",
        "task: rotate|task: rotate%schedule: cron 10 3 * *|cannot be read|cron 10 3 * * *",
        "task: rotate|task: rotate%schedule: cron 0 0 30 2 *|never fires|schedule: never",
        "task: rotate|task: rotate%schedule: never 1|nothing after it|schedule: never",
        "task: rotate|task: rotate%schedule: dayly 01:00|not a schedule|'daily'",
        "task: rotate|task: rotate%schedule: hourly|not a schedule|cron",
        "task: rotate|task: rotate%window: [1-5]|not a window|Saturday 01:00-05:00",
        "task: rotate|task: rotate%window: [Sat 01:00-01:00]|ends when it begins|00:00-24:00",
        "task: rotate|task: rotate%window: [Sa 01:00-02:00]|'Sa' is not a day|Sat,Sun",
        "task: rotate|task: rotate%window: [Mnday 01:00-02:00]|'Mnday' is not a day|'Monday'",
        "task: rotate|task: rotate%window: [Sat 01:00-25:00]|not a time of the day|23:59",
        "task: rotate|task: rotate%window: [Sat 01:00-02:00 Asia/Shangai]|not a time zone|'Asia/Shanghai'",
        "task: rotate|task: rotate%limits: {lockTimeout: 5h}|not shorter than statementTimeout, which is 4h|2s",
        "task: rotate|task: rotate%limits: {statementTimeout: 1s}|not shorter than statementTimeout, which is 1s|2s",
        "task: rotate|task: rotate%limits: {connections: 50}|connections is above 20|Maximum number of connections",
        "tables: [billing.cdr]|tabels: [billing.cdr]|unknown key 'tabels'|'tables'",
        "tables: [billing.cdr]|tables: []|tables is empty|billing.cdr",
        "tables: [billing.cdr]|tables: [a.b, a.b]|tables names something twice|globs",
        "tables: [billing.cdr]|tables: [a.b.c]|'a.b.c' is not a table|in double quotes",
        "tables: [billing.cdr]|tables: ['pm.a\"b']|is not a table|in double quotes",
        "tables: [billing.cdr]|tables: ['pm.\"a*']|is not a table|in double quotes",
        "tables: [billing.cdr]|tables: ['pm.*\"a']|a quote that is not closed|two for a quote",
        "tables: [billing.cdr]|tables: [\"pm.[\"]|without a ]|bracket",
        "tables: [billing.cdr]|tables: [\"*\"]|'*' names no schema|pm.*",
        "tables: [billing.cdr]|feed: nr-pm|by is set by the feed|target.partition",
        "by: day|by: days|'days' is not a partition interval|'day'",
        "by: day|by: 7m|does not divide a day|15m",
        "by: day|by: 36h|does not divide a day|month",
        "by: day|by: 0|by is below 1|What one partition covers",
        "by: day|by: 1000%  keep: 90d|keep counts time, but by counts ids|keep: 100000000",
        "by: day|by: day%  keep: 1000|keep counts ids, but by counts time|90d",
        "by: day|by: 1000%  ahead: 7d|ahead counts time, but by counts ids|ahead: 4",
        "by: day|keep: 5000%  ahead: 7d|ahead counts time, but keep counts ids|ahead: 4",
        "by: day|by: 1000%  epoch: seconds|epoch is for columns that hold a time|Remove epoch",
        "by: day|by: day%  epoch: second|epoch cannot be 'second'|'seconds'",
        "by: day|by: day%  timeFormat: ddMMyyyy|neither uuidv7 nor a pattern whose text sorts|yyyy-MM-dd",
        "by: day|by: day%  timeFormat: yyyyMMdd_HHmm_MM|neither uuidv7 nor a pattern|yyyyMMddHH",
        "by: day|by: day%  timeFormat: yyyyDDD|neither uuidv7 nor a pattern|yyyyMMddHH",
        "by: day|by: day%  timeFormat: uuid7|neither uuidv7 nor a pattern|yyyyMMddHH",
        "by: day|by: 1000%  timeFormat: uuidv7|timeFormat is for columns that hold a time|Remove timeFormat",
        "by: day|by: day%  epoch: seconds%  timeFormat: uuidv7|both say how the column holds a time|Write epoch",
        "by: day|by: day%  keep: 0d|'0d' is not a valid value of keep|forever",
        "by: day|by: month%  keep: 13m|keep is shorter than one partition by month|13 months",
        "by: day|by: quarter%  keep: 2 months|keep is shorter than one partition by quarter|at least",
        "by: day|by: day%  keep: 0 months|'0 months' is not a valid value of keep|13 months",
        "by: day|by: day%  keep: 101 years|longer than a hundred years|36500d",
        "by: day|by: 1000%  keep: 1 year|keep counts time, but by counts ids|keep: 100000000",
        "by: day|by: month%  keep: 7d|keep is shorter than one partition by month|at least",
        "by: day|by: 1000%  keep: 10|keep is shorter than one partition by 1000|at least",
        "by: day|by: day%  ahead: 0d|'0d' is not a valid value of ahead|number of partitions",
        "by: day|by: 15m%  ahead: 7d|672 partitions by 15m, more than most|shorter ahead",
        "by: day|by: day%  expired: archive|names no schema|archive: cold",
        "by: day|by: day%  archive: cold|no effect while expired is drop|expired: archive",
        "by: day|by: day%  indexes: false|a dropped partition has no indexes|expired: keep",
        "by: day|by: day%  expired: keep%  export: file:///x|only partitions that are dropped are exported|remove export",
        "by: day|by: day%  export: /backup|'/backup' is not a location|file:///directory",
        "by: day|by: day%  export: s3://k:v@b/x|is not a location|s3://bucket/prefix",
        "by: day|by: day%  keepSize: 500 GB|keepSize cannot be read|500GB",
        "by: day|by: day%  name: cdr_{yyyyMMdd}|has no {table}|{table}",
        "by: day|by: day%  name: \"{table}\"|neither {from} nor a date pattern|{table}_p{yyyyMMdd}",
        "by: day|by: day%  name: \"{table}_{from}_{yyyy}\"|both {from} and a date pattern|for ids",
        "by: day|by: day%  name: \"{table}_{yyyy}_{MM}\"|two date patterns|yyyy_MM_dd",
        "by: day|by: day%  name: \"{table}_{tabel}\"|is neither {table}, {from} nor a date pattern|yyyyMMdd",
        "by: day|by: day%  name: \"{table}_p{yyyyMM}\"|the same for several partitions by day|{table}_p{yyyyMMdd}",
        "by: day|by: day%  name: \"{table}_p{MMdd}\"|the same for several partitions by day|yyyyMMdd",
        "by: day|by: 15m%  name: \"{table}_p{MMdd_HHmm}\"|the same for several partitions by 15m|yyyyMMdd_HHmm",
        "by: day|by: day%  name: \"{table}_{from}\"|has {from}, but partitions hold times|date pattern",
        "by: day|by: 1000%  name: \"{table}_{yyyy}\"|date pattern, but partitions hold ids|{from}",
        "by: day|by: day%  template: {storage: {fillfactr: 90}}|not a storage parameter|'fillfactor'",
        "by: day|by: day%  template: {storage: {toast.fillfactor: 90}}|not a storage parameter|'fillfactor'",
        "by: day|by: day%  template: {storage: {fillfactor: [90]}}|fillfactor is a list|A text, a number",
        "by: day|by: day%  template: {table: cdr}|not a table with its schema|billing.cdr",
        "by: day|by: day%  reapplyPrivileges: true%  template: {privileges: false}|keeps from new ones|Remove template.privileges",
        "by: day|by: day%  sub: {}|exactly one of hash, list, range|hash",
        "by: day|by: day%  sub: {range: {column: t, by: day}}|not shorter than by, which is day|hour",
        "by: day|by: day%  sub: {range: {column: t, by: 1000}}|cannot hold ids|hour",
        "by: day|by: day%  sub: {hash: {column: c}}|hash has no parts|Add parts",
        "by: day|by: day%  sub: {list: {column: c, values: {a: [x], b: [x]}}}|x is in the list a already|one list",
        "by: day|by: day%  sub: {list: {column: c, values: {a-b: [x]}}}|'a-b' cannot end|letters",
        "by: day|by: day%  default: {batch: 0}|batch is below 1|Rows copied per transaction",
      })
  void saysProblemAndRemedy_whenRotationIsWrong(
      String old, String wrong, String message, String remedy) {
    assertSays(PARTITION, old, wrong, message, remedy);
  }

  private static void assertSays(
      String base, String old, String wrong, String message, String remedy) {
    assertThat(base).contains(old);
    Problem problem = only(base.replace(old, wrong.replace('%', '\n')));
    assertThat(problem.message()).contains(message);
    assertThat(problem.remedy()).contains(remedy);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "by: day|by: day, keep: 9d|unknown key 'keep'|Remove it",
        "by: day|by: day, batch: 64|batch is a number, not text|64MB",
        "by: day|by: 1000, epoch: seconds|epoch is for columns that hold a time|by: day",
        "by: day|by: 1000, timeFormat: uuidv7|timeFormat is for columns that hold a time|by: day",
        "by: day|by: day, epoch: seconds, timeFormat: yyyy|both say how the column holds a time|Write epoch",
        "by: day|by: hour, name: \"{table}_{yyyyMMdd}\"|the same for several partitions by hour|yyyyMMdd_HH",
        "table: billing.cdr|table: \"billing.*\"|not a table with its schema|billing.cdr",
        "column: t, |%|convert has no column|Add column",
        "by: day|by: day, accept: [wider-key]|cannot be 'wider-key'|Did you mean 'wider-keys'?",
      })
  void saysProblemAndRemedy_whenConversionIsWrong(
      String old, String wrong, String message, String remedy) {
    assertSays(CONVERT, old, wrong, message, remedy);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        ", vacuum: {}|%|at least one of vacuum, analyze, reindex, reorder, rewrite|Write at least",
        "vacuum: {}|vacum: {}|unknown key 'vacum'|'vacuum'",
        "vacuum: {}|vacuum: {dead: 0.2}|dead is a number, not text|20%",
        "vacuum: {}|vacuum: {dead: 20}|dead is a number, not text|20%",
        "vacuum: {}|vacuum: {dead: \"120p\"}|dead cannot be read|20%",
        "vacuum: {}|reindex: {minSize: big}|minSize cannot be read|100MB",
        "vacuum: {}|rewrite: {minSize: 1GB}|at least one of bloat, tablespace|Write at least",
      })
  void saysProblemAndRemedy_whenMaintenanceIsWrong(
      String old, String wrong, String message, String remedy) {
    assertSays(MAINTENANCE, old, wrong, message, remedy);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "database: billing|database: warehouse|cannot be read: 'warehouse'|warehouse is reserved",
        "user: sluice|usr: sluice|unknown key 'usr'|'user'",
        "jdbc:postgresql://pg2:5432/billing|postgres://pg2/billing|not the URL|jdbc:postgresql://host",
        "jdbc:postgresql://pg2:5432/billing|jdbc:postgresql://pg2|not the URL|/database",
        "5432/billing|5432/billing?user=x|holds a user or password|${env:NAME}",
        "user: sluice|user: sluice%connections: 0|connections is below 1|Maximum number of connections",
      })
  void saysProblemAndRemedy_whenDatabaseIsWrong(
      String old, String wrong, String message, String remedy) {
    assertSays(DATABASE, old, wrong, message, remedy);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "password: hunter2",
        "password: [hunter2]",
        "url: jdbc:postgresql://u:hunter2@pg/b",
        "url: jdbc:postgresql://pg/b?password=hunter2"
      })
  void neverShowsSecret_whenItIsWrittenInTheFile(String line) {
    String yaml = DATABASE.replaceFirst("url: .*\n", "") + line + "\n";
    assertThat(problems(yaml)).isNotEmpty();
    assertThat(problems(yaml).toString()).doesNotContain("hunter2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "just text", "[a]", "a: b: c"})
  void saysOneProblem_whenFileIsNoTask(String yaml) {
    assertThat(only(yaml).file()).isEqualTo("t.yaml");
  }

  @Test
  void saysNothingMore_ofWhatFollowsFromAWrongValue() {
    assertThat(only(PARTITION + "  expired: archiv\n  archive: cold\n").message())
        .isEqualTo("expired cannot be 'archiv'");
    assertThat(only(PARTITION.replace("by: day", "by: dy\n  keep: 1000")).message())
        .contains("'dy'");
  }
}
