package io.sluice.core.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.yaml.DataSize;
import io.sluice.core.yaml.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FeedParserTest {

  private static final String SMALLEST =
      """
      feed: f
      source: {directory: {path: "/in/*.csv"}}
      format: {csv: {}}
      target: {table: t, partition: {by: none}}
      """;

  private static Feed good(String yaml) {
    FeedResult result = FeedParser.parse("f.yaml", yaml);
    assertThat(result.problems()).isEmpty();
    return result.feed().orElseThrow();
  }

  @Test
  void readsExample_whenItSaysAlmostEverything() {
    FeedResult result = FeedParser.parse(Path.of("../../docs/examples/nr-pm.yaml"));

    assertThat(result.problems()).isEmpty();
    Feed feed = result.feed().orElseThrow();
    assertThat(feed.name()).isEqualTo("nr-pm");
    assertThat(feed.source().origin())
        .isInstanceOfSatisfying(
            Origin.Sftp.class,
            sftp -> {
              assertThat(sftp.key()).contains(new Secret(Secret.Kind.FILE, "/etc/sluice/keys/ems"));
              assertThat(sftp.limits().rate()).contains(new DataSize(20 << 20));
              assertThat(sftp.systems())
                  .extracting(Origin.RemoteSystem::name)
                  .containsExactly("ems1", "ems2", "ems3a");
              assertThat(sftp.systems().get(2).servers()).hasSize(2);
            });
    assertThat(feed.source().after()).isEqualTo(new FeedSource.After.Move("/pm/done"));
    assertThat(feed.clean()).containsExactly(new CleanStep.Drop(List.of("jobId")));
    assertThat(feed.target().mode()).isEqualTo(FeedTarget.Mode.MERGE);
    assertThat(feed.target().partition().keep()).contains(Duration.ofDays(90));
    assertThat(feed.expect())
        .contains(
            new Expectation(
                Optional.of("select name from cm.gnb"),
                Duration.ofMinutes(15),
                Duration.ofMinutes(20)));
  }

  @Test
  void fillsDefaults_whenFeedSaysLittle() {
    Feed feed = good(SMALLEST);
    FeedSource source = feed.source();

    assertThat(feed.zone()).isEqualTo(ZoneId.of("UTC"));
    assertThat(source.poll()).isEqualTo(Duration.ofSeconds(30));
    assertThat(source.stable()).isEqualTo(Duration.ofSeconds(5));
    assertThat(source.since()).isEqualTo(Duration.ofHours(6));
    assertThat(source.after()).isEqualTo(new FeedSource.After.Keep());
    assertThat(source.checksum()).isFalse();
    assertThat(source.sameContent()).isEqualTo(FeedSource.SameContent.KEEP);
    assertThat(source.bulkAfter()).isEqualTo(Duration.ofHours(2));
    assertThat(source.archives())
        .isEqualTo(new FeedSource.ArchiveLimits(100, 10_000, new DataSize(4096L << 20), 3));
    assertThat(feed.target().limits())
        .isEqualTo(new FeedTarget.SchemaLimits(50, 500, 1000, 20_000));
    assertThat(feed.target().partition().ahead()).isEqualTo(Duration.ofDays(3));
    assertThat(feed.clean()).isEmpty();
    assertThat(feed.expect()).isEmpty();
  }

  @Test
  void takesOverZone_whenPartsHaveNone() {
    Feed feed = good(SMALLEST + "zone: Asia/Tokyo\n");
    assertThat(feed.source().zone()).isEqualTo(ZoneId.of("Asia/Tokyo"));
    assertThat(feed.format().zone()).isEqualTo(ZoneId.of("Asia/Tokyo"));

    Feed own = good(SMALLEST.replace("csv: {}", "csv: {zone: +01:00}") + "zone: Asia/Tokyo\n");
    assertThat(own.format().zone()).isEqualTo(ZoneOffset.ofHours(1));
  }

  @Test
  void fillsKeyAndTime_whenFormatIsPm() {
    String pm =
        SMALLEST.replace("csv: {}", "3gpp-pm: {}").replace("table: t", "table: \"{measInfoId}\"");
    FeedTarget target = good(pm).target();
    assertThat(target.time()).contains("end_time");
    assertThat(target.key()).containsExactly("end_time", "granularity", "element", "object");

    FeedTarget tall = good(pm.replace("target: {", "target: {layout: tall, ")).target();
    assertThat(tall.key()).endsWith("counter");
  }

  @Test
  void readsColumns_inTheirOrder() {
    FeedFormat.Csv csv =
        (FeedFormat.Csv)
            good(SMALLEST.replace(
                    "csv: {}",
                    "csv: {skipLines: 2, header: true, columns: {z: bigint, a: {from: Cell Name},"
                        + " m: {type: date, format: MM/dd/uuuu, from: 3}}}"))
                .format();
    assertThat(csv.skipLines()).hasValue(2);
    assertThat(csv.header()).isEqualTo(FeedFormat.Header.TRUE);
    assertThat(csv.columns())
        .containsExactly(
            Map.entry(
                "z",
                new FeedFormat.Column(
                    Optional.of(SqlType.BIGINT), Optional.empty(), Optional.empty())),
            Map.entry(
                "a",
                new FeedFormat.Column(
                    Optional.empty(), Optional.empty(), Optional.of("Cell Name"))),
            Map.entry(
                "m",
                new FeedFormat.Column(
                    Optional.of(SqlType.DATE), Optional.of("MM/dd/uuuu"), Optional.of("3"))));
  }

  @Test
  void readsEveryCleaningStep() {
    Feed feed =
        good(
            SMALLEST
                + """
                clean:
                  - keep: [a, "b*"]
                  - rename: {"Cell Name": cell}
                  - default: {vendor: unknown, n: 1.50, on: true}
                  - trim: ["*"]
                """);
    assertThat(feed.clean())
        .containsExactly(
            new CleanStep.Keep(List.of("a", "b*")),
            new CleanStep.Rename(Map.of("Cell Name", "cell")),
            new CleanStep.Default(Map.of("vendor", "unknown", "n", "1.50", "on", "true")),
            new CleanStep.Trim(List.of("*")));
  }
}
