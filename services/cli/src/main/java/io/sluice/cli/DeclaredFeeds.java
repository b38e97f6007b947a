package io.sluice.cli;

import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedParser;
import io.sluice.core.feed.FeedResult;
import io.sluice.core.feed.HostPort;
import io.sluice.core.feed.Origin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The feeds of the directory: those that are well, and those whose file is broken.
 *
 * @param good in the order of their files
 * @param broken files that have a problem and no namesake that is well
 */
record DeclaredFeeds(List<Feed> good, List<Broken> broken) {

  private static final Pattern NAME =
      Pattern.compile("^feed:[ \\t]*[\"']?([^\\s\"'#]+)", Pattern.MULTILINE);

  /**
   * A file with problems.
   *
   * @param feed what it calls its feed, else its own name without the extension
   * @param since when the file was last written
   */
  record Broken(String feed, Path file, Instant since, int problems) {

    /** What this means for a feed that is in effect. */
    String sentence(Format format) {
      return ("the file of feed %s has been broken since %s: %s has %d problem%s. Services that were"
              + " running then keep its earlier definition in effect; one that starts now does not"
              + " know the feed. See: sluice feed check")
          .formatted(feed, format.time(since), file, problems, problems == 1 ? "" : "s");
    }
  }

  /**
   * Reads a directory or one file.
   *
   * @throws IOException if there is none
   */
  static DeclaredFeeds read(Path place) throws IOException {
    List<Feed> good = new ArrayList<>();
    Map<String, Broken> broken = new LinkedHashMap<>();
    for (Map.Entry<Path, FeedResult> entry : FeedParser.parseAll(place).entrySet()) {
      entry.getValue().feed().ifPresent(good::add);
      if (entry.getValue().feed().isEmpty()) {
        Broken one = broken(entry.getKey(), entry.getValue());
        broken.putIfAbsent(one.feed(), one);
      }
    }
    good.forEach(feed -> broken.remove(feed.name()));
    return new DeclaredFeeds(List.copyOf(good), List.copyOf(broken.values()));
  }

  /** As far as the directory can be read from here: the ledger knows the rest. */
  static DeclaredFeeds readable(Session session) {
    Path place = Settings.feeds(session);
    try {
      return Files.exists(place) ? read(place) : new DeclaredFeeds(List.of(), List.of());
    } catch (IOException e) {
      session.err().println("the feeds at " + place + " cannot be read: " + e.getMessage());
      return new DeclaredFeeds(List.of(), List.of());
    }
  }

  private static Broken broken(Path file, FeedResult result) throws IOException {
    String text =
        Files.isReadable(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "";
    Matcher named = NAME.matcher(text);
    String name = file.getFileName().toString().replaceFirst("\\.ya?ml$", "");
    Instant since = Files.getLastModifiedTime(file).toInstant();
    return new Broken(named.find() ? named.group(1) : name, file, since, result.problems().size());
  }

  Optional<Feed> get(String name) {
    return good.stream().filter(feed -> feed.name().equals(name)).findFirst();
  }

  Optional<Broken> broken(String name) {
    return broken.stream().filter(one -> one.feed().equals(name)).findFirst();
  }

  Set<String> names() {
    Set<String> names = new TreeSet<>();
    good.forEach(feed -> names.add(feed.name()));
    broken.forEach(one -> names.add(one.feed()));
    return names;
  }

  /** The former names of the feeds that have one. */
  Map<String, String> formerly() {
    return good.stream()
        .filter(feed -> feed.formerly().isPresent())
        .collect(Collectors.toMap(Feed::name, feed -> feed.formerly().get()));
  }

  /** The hosts of a feed as the ledger calls them, by every way to write them. */
  Map<String, String> hosts(String name) {
    Map<String, String> hosts = new LinkedHashMap<>();
    if (get(name).map(feed -> feed.source().origin()).orElse(null) instanceof Origin.Sftp sftp) {
      for (Origin.RemoteSystem system : sftp.systems()) {
        hosts.put(system.name(), system.name());
        for (HostPort server : system.servers()) {
          hosts.putIfAbsent(server.toString(), system.name());
        }
      }
    }
    return hosts;
  }
}
