package io.sluice.core.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.yaml.Problem;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FeedProblemsTest {

  private static final String PM =
      """
      feed: f
      source:
        sftp: {hosts: [a], user: u, key: "${env:K}", path: "/pm/*.xml"}
      format: {3gpp-pm: {}}
      target: {table: "pm.{measInfoId}"}
      """;

  private static final String CSV =
      """
      feed: f
      source: {directory: {path: "/in/*.csv"}}
      format: {csv: {columns: {t: timestamptz, cell: text, n: bigint}}}
      target: {table: t, time: t}
      """;

  private static List<Problem> problems(String yaml) {
    return FeedParser.parse("f.yaml", yaml).problems();
  }

  private static Problem only(String yaml) {
    List<Problem> problems = problems(yaml);
    assertThat(problems).hasSize(1);
    assertThat(problems.get(0).remedy()).matches("(?s)[A-Z].*[.?]");
    return problems.get(0);
  }

  @Test
  void basesHaveNoProblem() {
    assertThat(problems(PM)).isEmpty();
    assertThat(problems(CSV)).isEmpty();
  }

  @Test
  void saysEveryProblemAtOnce_inTheOrderOfLines() {
    String yaml =
        """
        feed: Bad Name
        source:
          sftp:
            hosts: [ems1:99999]
            user: pm
            password: hunter2
            pth: /pm/*.xml
          poll: 30
          since: 6 hours
          zone: Europe/Berln
        format: {3gpp-pm: {exclude: ["[x"]}}
        clean:
          - drp: [jobId]
          - drop: [suspect]
        target:
          table: pm.{foo}
          mode: upsert
          key: [end_time, objct]
          partition: {keep: 1h}
        expekt: {every: 15m}
        """;
    assertThat(problems(yaml))
        .extracting(p -> p.line() + ":" + p.column() + " " + p.pointer())
        .containsExactly(
            "1:7 /feed",
            "4:13 /source/sftp/hosts/0",
            "6:15 /source/sftp/password",
            "7:5 /source/sftp/pth",
            "8:9 /source/poll",
            "9:10 /source/since",
            "10:9 /source/zone",
            "11:30 /format/3gpp-pm/exclude/0",
            "13:5 /clean/0/drp",
            "14:12 /clean/1/drop/0",
            "16:10 /target/table",
            "17:9 /target/mode",
            "18:19 /target/key/1",
            "19:21 /target/partition/keep",
            "20:1 /expekt");
    assertThat(problems(yaml)).allSatisfy(p -> assertThat(p.remedy()).matches("(?s)[A-Z].*[.?]"));
  }

  @Test
  void neverShowsSecret_whenItIsWrittenInTheFeed() {
    for (String secret : List.of("hunter2", "\"${hunter2}\"", "[hunter2]", "{hunter2: x}")) {
      String yaml = PM.replace("key: \"${env:K}\"", "password: " + secret);
      assertThat(yaml).contains("hunter2");
      List<Problem> problems = problems(yaml);
      assertThat(problems).isNotEmpty();
      if (!secret.startsWith("{")) {
        assertThat(problems.toString()).doesNotContain("hunter2");
      }
    }
    assertThat(only(PM.replace("key: \"${env:K}\"", "password: hunter2")).remedy())
        .contains("${env:NAME}");
  }

  @Test
  void saysLine_whenYamlIsBroken() {
    Problem problem = only("feed: f\nsource:\n  key: ${env:K}: x\n");
    assertThat(problem.line()).isEqualTo(3);
    assertThat(problem.message()).startsWith("not YAML");
    assertThat(problem.toString()).startsWith("f.yaml:3:").doesNotContain("${env:K}");
  }

  @Test
  void pointsAtSecondKey_whenOneStandsTwice() {
    Problem problem = only(CSV + "zone: UTC\nzone: UTC\n");
    assertThat(problem.line()).isEqualTo(6);
    assertThat(problem.message()).contains("twice");
  }

  @Test
  void refusesSecondDocument() {
    assertThat(only(CSV + "---\nfeed: g\n").message()).contains("second document");
  }

  @Test
  void stops_whenAliasesExpandWithoutEnd() {
    String bomb =
        "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
            + java.util.stream.IntStream.rangeClosed(1, 9)
                .mapToObj(i -> "a%d: &a%d [%s]%n".formatted(i, i, times("*a" + (i - 1))))
                .collect(Collectors.joining());
    assertThat(only(bomb).message()).contains("nested too deeply");
    assertThat(only("a: &a [*a]\n").message()).isNotBlank();
  }

  private static String times(String alias) {
    return java.util.stream.Stream.generate(() -> alias).limit(10).collect(Collectors.joining(","));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# nothing\n", "just text", "[a]", "\t\tx: y", "a: b: c", "\u0000"})
  void saysOneProblem_whenFileIsNoFeed(String yaml) {
    only(yaml);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "target: {|target: {tabel: x, |unknown key 'tabel'|'table'",
        "format: {3gpp-pm: {}}|format: {3gpp_pm: {}}|unknown key '3gpp_pm'|'3gpp-pm'",
        "format: {3gpp-pm: {}}|format: {3gpp-pm: }|3gpp-pm has no value|For example {}",
        "format: {3gpp-pm: {}}|format: {3gpp-pm: {}, csv: {}}|exactly one of 3gpp-pm, csv|example",
        "format: {3gpp-pm: {}}|x: 1|has no format|Add format",
        "key: \"${env:K}\"|passphrase: \"${env:K}\"|at least one of key, password|Write at least",
        "hosts: [a]|hosts: [a, \"a:22\"]|host a is listed twice|once",
        "hosts: [a], |%|at least one of hosts, mirrors|Write at least",
        "hosts: [a]|hosts: [a], mirrors: [[b, a]]|host a is listed twice|once",
        "hosts: [a]|hosts: []|sftp lists no host|at least one",
        "{table: |{mode: merg, table: |mode cannot be 'merg'|'merge'",
        "{table: |{layout: 3, table: |layout cannot be 3|wide, tall",
        "pm.{measInfoId}|pm.{measInfo}|unknown placeholder {measInfo}|{measInfoId}",
        "pm.{measInfoId}|a.b.c|'a.b.c' is not a table|schema.table",
        "pm.{measInfoId}|pm.x\", mode: \"merge|each other's counters of the same name|Add {measInfoId} to table",
        "{table: |{key: [], mode: merge, table: |merge needs a key|key",
        "{table: |{key: [element], mode: merge, table: |time column end_time|Add it",
        "{table: |{key: [end_time, elemnt], table: |key column elemnt is not a field|'element'",
        "{table: |{time: endTime, table: |time column of 3gpp-pm cannot be endTime|time: end_time",
        "{table: |{key: [end_time], layout: tall, mode: merge, table: |needs the counter|counter",
        "{table: |{partition: {by: none, keep: 1d}, table: |cannot be dropped by age|remove keep",
        "{table: |{partition: {keep: 2d}, table: |shorter than ahead, which is 3d|3d or longer",
        "{table: |{partition: {ahead: 30d, keep: 1 month}, table: |shorter than ahead, which is 30d|30d or longer",
        "{table: |{partition: {keep: 101 years}, table: |longer than a hundred years|36500d",
        "{table: |{partition: {keep: 13 moons}, table: |'13 moons'|13 months",
        "{table: |{partition: {by: month, keep: 7d}, table: |shorter than one partition|31d",
        "{table: |{types: {\"[a\": bigint}, table: |without a ]|bracket",
        "{table: |{types: {a: int}, table: |a cannot be 'int'|Use one of",
        "{table: |{limits: {tables: -1}, table: |below 0|New tables",
        "{table: |{grants: {readers: [\"\"]}, table: |empty|63",
        "source:|clean: [{drop: [end_time]}]%source:|end_time is part of every 3gpp-pm row|for counters",
        "source:|clean: [{rename: {element: e}}]%source:|element is part of every 3gpp-pm row|for counters",
        "{table: |{types: {\"a*\": date}, table: |a counter cannot be date|bigint",
        "{table: |{types: {a: text}, layout: tall, table: |one column for the values|wide",
        "source:|clean: [{rename: {a: x, b: x}}]%source:|both renamed to x|its own name",
        "source:|clean: [{}]%source:|exactly one of drop|example",
        "source:|zone: +25:00%source:|not a time zone|Europe/Berlin",
        "source:|source:%  poll: 10ms|shorter than one second|30s",
        "source:|source:%  poll: 0s|cannot be read: '0s'|more than zero",
        "source:|source:%  since: 40000d|longer than a hundred years|36500d",
        "{table: |{partition: {keep: 6000w}, table: |longer than a hundred years|36500d",
        "source:|source:%  after: remove|after cannot be 'remove'|keep, delete",
        "source:|source:%  after: {move: done}|not an absolute path|Start it with /",
        "source:|source:%  after: {move: /pm}|would match path again|does not match",
        "source:|source:%  archives: {size: 4 GB}|size cannot be read|For example 1GB",
        "source:|source:%  directory: {path: /x}|exactly one of directory, sftp|example",
        "/pm/*.xml|pm/*.xml|not an absolute path|Start with /",
        "/pm/*.xml|/pm/{foo}/*.xml|{foo} is not a date|yyyyMMdd",
        "3gpp-pm: {}|3gpp-pm: {elementPattern: x}|has no group|parentheses",
        "3gpp-pm: {}|3gpp-pm: {elementPattern: \"(\"}|not a regular expression|java.util.regex",
        "source:|expect: {every: 15m}%source:|has no within|Add within",
        "source:|expect: {every: 1m, within: 1m, elements: drop table x}%source:|not a single SQL|select",
      })
  void saysProblemAndRemedy_whenPmFeedIsWrong(
      String old, String wrong, String message, String remedy) {
    assertThat(PM).contains(old);
    List<Problem> problems = problems(PM.replace(old, wrong.replace('%', '\n')));
    assertThat(problems)
        .anySatisfy(
            problem -> {
              assertThat(problem.message()).contains(message);
              assertThat(problem.remedy()).contains(remedy);
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "table: t|table: \"{measInfoId}\"|csv has no {measInfoId}|{feed}",
        "table: t|table: t, layout: tall|tall is for 3gpp-pm only|wide",
        "time: t|mode: append|partitioned but has no time|by: none",
        "time: t|time: n|time column n is bigint|timestamptz",
        "time: t|time: x|time column x is not a field|Use any of t, cell, n",
        "time: t|time: t, mode: merge|merge needs a key|key",
        "csv: {|csv: {charset: UTF-9, |not a character set|UTF-8",
        "csv: {|csv: {charset: \" \", |not a character set name|auto",
        "csv: {|csv: {dateFormats: [foo], |not a date pattern|DateTimeFormatter",
        "csv: {|csv: {dateFormats: [MM/dd/YYYY], |does not determine a day|uuuu, not YYYY",
        "csv: {|csv: {dateFormats: [\"uuuu-MM-dd hh:mm\"], |does not determine a day|hh with a",
        "csv: {|csv: {delimiter: abcdefghi, |delimiter cannot be read|one character or up to eight",
        "csv: {|csv: {delimiter: \"#'#\", quote: \"'\", |delimiter contains quote|another character",
        "csv: {|csv: {delimiter: \";\", quote: \";\", |are the same|another character",
        "csv: {|csv: {skipLines: none, |skipLines cannot be 'none'|auto",
        "csv: {|csv: {header: yes, |header cannot be 'yes'|auto, true, false",
        "csv: {|csv: {nullValues: [null], |has no value|in quotes",
        "n: bigint|n: {type: bigint, format: uuuu-MM-dd}|date pattern but type bigint|Remove format",
        "n: bigint|n: bigint, N: text|both n in PostgreSQL|in from",
        "n: bigint|_file: bigint|reserved in every table|in from",
        "format:|clean: [{drop: [t]}]%format:|time column t is dropped by cleaning step 1|Use any",
        "format:|clean: [{rename: {t: u}}]%format:|t is renamed to u by cleaning step 1|Use any",
        "n: bigint|n: {from: cell}|both come from cell|its own source",
        "n: bigint|n: varchar|n cannot be 'varchar'|text",
        "csv: {columns: {t: timestamptz|csv: {header: false, columns: {t: {from: T}|by header name|number",
      })
  void saysProblemAndRemedy_whenCsvFeedIsWrong(
      String old, String wrong, String message, String remedy) {
    assertThat(CSV).contains(old);
    assertThat(only(CSV.replace(old, wrong.replace('%', '\n'))))
        .satisfies(
            problem -> {
              assertThat(problem.message()).contains(message);
              assertThat(problem.remedy()).contains(remedy);
            });
  }
}
