package io.sluice.core.feed;

import io.sluice.core.feed.FeedSource.After;
import io.sluice.core.feed.FeedSource.ArchiveLimits;
import io.sluice.core.feed.FeedSource.SameContent;
import io.sluice.core.feed.FeedTarget.Grants;
import io.sluice.core.feed.FeedTarget.Partitioning;
import io.sluice.core.feed.FeedTarget.SchemaLimits;
import io.sluice.core.yaml.DataSize;
import io.sluice.core.yaml.Durations;
import io.sluice.core.yaml.Places;
import io.sluice.core.yaml.Secret;
import io.sluice.core.yaml.Tree;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Turns a checked tree with all defaults into the records. */
final class FeedBinder {

  private FeedBinder() {}

  static Feed bind(Tree feed, Places places) {
    return new Feed(
        text(feed.get("feed")),
        feed.get("formerly").text(),
        text(feed.get("description")),
        zone(feed),
        source(feed.get("source")),
        FormatBinder.bind(feed.get("format")),
        feed.get("clean").items().stream().map(FeedBinder::cleanStep).toList(),
        target(feed.get("target"), layout(feed)),
        Optional.of(feed.get("expect")).filter(Tree::present).map(FeedBinder::expectation),
        places);
  }

  private static FeedSource source(Tree source) {
    Tree archives = source.get("archives");
    return new FeedSource(
        source.get("sftp").present()
            ? sftp(source.get("sftp"))
            : new Origin.Directory(text(source.get("directory", "path"))),
        duration(source.get("poll")),
        duration(source.get("stable")),
        duration(source.get("since")),
        after(source.get("after")),
        flag(source.get("checksum")),
        constant(SameContent.class, source.get("sameContent")),
        new ArchiveLimits(
            number(archives.get("ratio")),
            number(archives.get("members")),
            read(archives.get("size"), DataSize::parse),
            number(archives.get("depth"))),
        zone(source),
        duration(source.get("bulkAfter")));
  }

  private static After after(Tree after) {
    return switch (after.text().orElse("move")) {
      case "keep" -> new After.Keep();
      case "delete" -> new After.Delete();
      default -> new After.Move(text(after.get("move")));
    };
  }

  private static Origin sftp(Tree sftp) {
    return new Origin.Sftp(
        hosts(sftp.get("hosts")),
        sftp.get("mirrors").items().stream().map(FeedBinder::hosts).toList(),
        text(sftp.get("user")),
        sftp.get("key").text().flatMap(Secret::parse),
        sftp.get("passphrase").text().flatMap(Secret::parse),
        sftp.get("password").text().flatMap(Secret::parse),
        text(sftp.get("path")),
        sftp.get("knownHosts").text(),
        flag(sftp.get("strictHostKeys")),
        duration(sftp.get("timeout")),
        new Origin.HostLimits(
            number(sftp.get("limits", "connections")),
            sftp.get("limits", "rate").text().flatMap(DataSize::parse)));
  }

  private static List<HostPort> hosts(Tree list) {
    return list.items().stream().map(host -> read(host, HostPort::parse)).toList();
  }

  private static CleanStep cleanStep(Tree step) {
    Map.Entry<String, Tree> only = step.entries().entrySet().iterator().next();
    Tree value = only.getValue();
    return switch (only.getKey()) {
      case "drop" -> new CleanStep.Drop(value.texts());
      case "keep" -> new CleanStep.Keep(value.texts());
      case "rename" -> new CleanStep.Rename(map(value, FeedBinder::text));
      case "default" -> new CleanStep.Default(map(value, FeedBinder::text));
      case "trim" -> new CleanStep.Trim(value.texts());
      default -> throw new IllegalStateException("schema allows an unknown step " + only.getKey());
    };
  }

  private static Layout layout(Tree feed) {
    return feed.get("format", "csv").present()
        ? Layout.ROWS
        : constant(Layout.class, feed.get("target", "layout"));
  }

  private static FeedTarget target(Tree target, Layout layout) {
    Tree grants = target.get("grants");
    Tree limits = target.get("limits");
    Tree partition = target.get("partition");
    return new FeedTarget(
        text(target.get("table")),
        layout,
        target.get("time").text(),
        target.get("key").texts(),
        constant(FeedTarget.Mode.class, target.get("mode")),
        new Partitioning(
            constant(Partitioning.By.class, partition.get("by")),
            duration(partition.get("ahead")),
            partition.get("keep").duration()),
        map(target.get("types"), type -> read(type, SqlType::parse)),
        new Grants(
            grants.get("owner").text(), grants.get("loader").text(), grants.get("readers").texts()),
        new SchemaLimits(
            number(limits.get("tables")),
            number(limits.get("columns")),
            number(limits.get("firstDayTables")),
            number(limits.get("firstDayColumns"))));
  }

  private static Expectation expectation(Tree expect) {
    return new Expectation(
        expect.get("elements").text(),
        duration(expect.get("every")),
        duration(expect.get("within")));
  }

  static String text(Tree value) {
    return read(value, Optional::of);
  }

  static Duration duration(Tree value) {
    return read(value, Durations::parse);
  }

  static ZoneId zone(Tree part) {
    return ZoneId.of(text(part.get("zone")));
  }

  static boolean flag(Tree value) {
    return value.node().asBoolean();
  }

  static int number(Tree value) {
    return value.node().asInt();
  }

  /** Feeds write the names of constants without underscores, as in localDn. */
  static <E extends Enum<E>> E constant(Class<E> type, Tree value) {
    String name = text(value).replaceAll("([a-z])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
    return Enum.valueOf(type, name);
  }

  static <T> Map<String, T> map(Tree mapping, Function<Tree, T> value) {
    Map<String, T> map = new LinkedHashMap<>();
    mapping.entries().forEach((name, tree) -> map.put(name, value.apply(tree)));
    return Collections.unmodifiableMap(map);
  }

  private static <T> T read(Tree value, Function<String, Optional<T>> parser) {
    return value
        .text()
        .flatMap(parser)
        .orElseThrow(() -> new IllegalStateException("unchecked value at " + value.at()));
  }
}
