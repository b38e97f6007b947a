package io.sluice.getter.source;

import io.sluice.core.feed.HostPort;
import io.sluice.core.feed.Origin;
import io.sluice.core.feed.PathPattern;
import io.sluice.core.yaml.Secret;
import io.sluice.testkit.PrivateSshd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/** What a feed says of SFTP servers in tests: one or several that serve the same files. */
final class TestOrigin {

  private final List<HostPort> servers;
  private final String user;
  private final Optional<Secret> key;
  private final Optional<Secret> password;
  private final Optional<Path> knownHosts;
  private Duration timeout = Duration.ofSeconds(10);
  private int connections = 2;

  /** Servers of {@link TestSftpServer}'s kind, whatever their keys. */
  TestOrigin(Path dir, HostPort... servers) {
    this.servers = List.of(servers);
    this.user = "pm";
    this.key = Optional.empty();
    this.password = Secret.parse("${file:" + password(dir) + "}");
    this.knownHosts = Optional.empty();
  }

  TestOrigin(PrivateSshd sshd) {
    this.servers = List.of(new HostPort("127.0.0.1", sshd.port()));
    this.user = sshd.user();
    this.key = Secret.parse("${file:" + sshd.key() + "}");
    this.password = Optional.empty();
    this.knownHosts = Optional.of(sshd.knownHosts());
  }

  TestOrigin timeout(Duration most) {
    timeout = most;
    return this;
  }

  TestOrigin connections(int most) {
    connections = most;
    return this;
  }

  Source source(Sources sources, String base) {
    Origin.Sftp origin =
        new Origin.Sftp(
            List.of(),
            List.of(servers),
            user,
            key,
            Optional.empty(),
            password,
            base + "/**/*",
            knownHosts.map(Path::toString),
            knownHosts.isPresent(),
            timeout,
            new Origin.HostLimits(connections, Optional.empty()));
    return sources.of(origin, base).get(0);
  }

  /** Where a listing of the pattern's files begins. */
  static PathPattern.Level level(String pattern) {
    Instant now = Instant.parse("2026-11-20T09:00:00Z");
    return PathPattern.of(pattern, ZoneOffset.UTC).scan(now, now);
  }

  private static Path password(Path dir) {
    try {
      return Files.writeString(dir.resolve("password"), "right");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
