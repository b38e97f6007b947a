package io.sluice.bench;

import io.sluice.testkit.PrivateSshd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;

/**
 * The feed that loads simulated files.
 *
 * @param source what brings them; %s stands for the directory they are in
 * @param mode append or merge
 * @param bulkAfter from which age on the bulk queues take a file
 */
record FeedText(
    String name,
    String description,
    String source,
    String mode,
    Duration poll,
    Duration stable,
    Duration bulkAfter) {

  private static final String DIRECTORY = "directory: {path: \"%s/**/A*.xml*\"}";

  /** A feed in merge mode that looks every two seconds. */
  static FeedText of(String name, String description) {
    return new FeedText(
        name,
        description,
        DIRECTORY,
        "merge",
        Duration.ofSeconds(2),
        Duration.ofSeconds(1),
        Duration.ofHours(2));
  }

  /** One whose files of a whole day count as live. */
  static FeedText bench(String mode) {
    return new FeedText(
        "bench",
        "Bench",
        DIRECTORY,
        mode,
        Duration.ofSeconds(1),
        Duration.ZERO,
        Duration.ofDays(1));
  }

  /** The same, with the files brought by SFTP. */
  FeedText over(PrivateSshd sshd, int connections) {
    return new FeedText(name, description, sftp(sshd, connections), mode, poll, stable, bulkAfter);
  }

  /** The source that brings them by SFTP, as YAML on one line. */
  static String sftp(PrivateSshd sshd, int connections) {
    return """
        sftp: {hosts: ["127.0.0.1:%d"], user: "%s", key: "${file:%s}", knownHosts: "%s", \
        path: "%%s/**/A*.xml*", limits: {connections: %d}}"""
        .formatted(sshd.port(), sshd.user(), sshd.key(), sshd.knownHosts(), connections);
  }

  /** A feed of the files below {@code directory}; the simulator expects what it loads. */
  String text(Path directory) {
    return """
        feed: %s
        description: %s
        source:
          %s
          poll: %ds
          stable: %ds
          since: 2d
          bulkAfter: %dh
        format: {3gpp-pm: {onTruncated: reject}}
        target:
          table: pm.{measInfoId}
          time: end_time
          key: [end_time, granularity, element, object]
          mode: %s
          partition: {by: day, ahead: 3d, keep: 90d}
        """
        .formatted(
            name,
            description,
            source.formatted(directory),
            poll.toSeconds(),
            stable.toSeconds(),
            bulkAfter.toHours(),
            mode);
  }

  /** Writes it, or another version of it, at once. */
  void write(Path feeds, Path directory) throws IOException {
    Path temporary = feeds.resolve("." + name + ".yaml.tmp");
    Files.writeString(temporary, text(directory), StandardCharsets.UTF_8);
    Files.move(
        temporary,
        feeds.resolve(name + ".yaml"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }
}
