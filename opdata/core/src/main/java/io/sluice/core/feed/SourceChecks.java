package io.sluice.core.feed;

import io.sluice.core.yaml.Problems;
import io.sluice.core.yaml.Tree;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** What the schema cannot say about the source. */
final class SourceChecks {

  private static final Duration SHORTEST_POLL = Duration.ofSeconds(1);

  private final Tree source;
  private final Problems problems;

  private SourceChecks(Tree feed, Problems problems) {
    this.source = feed.get("source");
    this.problems = problems;
  }

  static void run(Tree feed, Problems problems) {
    SourceChecks checks = new SourceChecks(feed, problems);
    checks.poll();
    checks.hosts();
    checks.passphrase();
    checks.moveTarget();
  }

  private void poll() {
    Tree poll = source.get("poll");
    if (poll.duration().filter(value -> value.compareTo(SHORTEST_POLL) < 0).isPresent()) {
      problems.addAtValue(
          poll.at(), "poll is shorter than one second", "Use 1s or more, for example 30s.");
    }
  }

  private void hosts() {
    Set<HostPort> seen = new HashSet<>();
    Tree sftp = source.get("sftp");
    sftp.get("hosts").items().forEach(host -> once(host, seen));
    sftp.get("mirrors").items().forEach(group -> group.items().forEach(h -> once(h, seen)));
    boolean none = sftp.get("hosts").items().isEmpty() && sftp.get("mirrors").items().isEmpty();
    if (sftp.present() && none && sftp.get("hosts").node().isEmpty() && problems.none()) {
      problems.addAtKey(
          sftp.get("hosts").at(),
          "sftp lists no host",
          "List at least one, for example [ems1:22].");
    }
  }

  private void once(Tree host, Set<HostPort> seen) {
    Optional<HostPort> parsed = host.text().flatMap(HostPort::parse);
    if (parsed.isPresent() && !seen.add(parsed.get())) {
      problems.addAtValue(
          host.at(),
          "host " + parsed.get() + " is listed twice",
          "List each host once: in hosts, or in one list of mirrors.");
    }
  }

  private void passphrase() {
    Tree passphrase = source.get("sftp", "passphrase");
    if (passphrase.present() && !source.get("sftp", "key").present()) {
      problems.addAtKey(
          passphrase.at(),
          "passphrase is set without a key",
          "Add the key it belongs to, or use password to log in with a password.");
    }
  }

  /** A file moved to where it matches again would be loaded again, for ever. */
  private void moveTarget() {
    Tree move = source.get("after", "move");
    Tree origin = source.get("sftp").present() ? source.get("sftp") : source.get("directory");
    Optional<String> path = origin.get("path").text();
    if (move.text().isEmpty() || path.isEmpty()) {
      return;
    }
    if (PathPattern.of(path.get(), ZoneOffset.UTC).mayHoldFiles(move.text().get())) {
      problems.addAtValue(
          move.at(),
          "files moved to " + move.text().get() + " would match path again",
          "Move them to a directory that path does not match.");
    }
  }
}
