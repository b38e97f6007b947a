package io.sluice.core.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.yaml.DataSize;
import io.sluice.core.yaml.Durations;
import io.sluice.core.yaml.Secret;
import io.sluice.core.yaml.SecretUnavailableException;
import io.sluice.core.yaml.Suggestion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FeedValuesTest {

  @ParameterizedTest
  @CsvSource({
    "0B, 0, 0B",
    "100, 100, 100B",
    "20MB, 20971520, 20MB",
    "1024KB, 1048576, 1MB",
    "4GB, 4294967296, 4GB",
    "1500KB, 1536000, 1500KB",
    "2TB, 2199023255552, 2TB"
  })
  void readsAndWritesSize(String text, long bytes, String shortest) {
    assertThat(DataSize.parse(text)).contains(new DataSize(bytes));
    assertThat(new DataSize(bytes)).hasToString(shortest);
    assertThat(DataSize.parse(shortest)).contains(new DataSize(bytes));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "MB", "-1MB", "1.5MB", "1XB", "99999999TB"})
  void readsNoSize_whenTextIsNone(String text) {
    assertThat(DataSize.parse(text)).isEmpty();
  }

  @Test
  void refusesSize_whenNegative() {
    assertThatThrownBy(() -> new DataSize(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "500ms, PT0.5S, 500ms",
    "90s, PT90S, 90s",
    "60s, PT1M, 1m",
    "15m, PT15M, 15m",
    "24h, P1D, 1d",
    "14d, P14D, 2w",
    "0s, PT0S, 0s"
  })
  void readsAndWritesDuration(String text, Duration duration, String shortest) {
    assertThat(Durations.parse(text)).contains(duration);
    assertThat(Durations.format(duration)).isEqualTo(shortest);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "m", "5 m", "5y", "-5m", "1h30m", "9999999999s"})
  void readsNoDuration_whenTextIsNone(String text) {
    assertThat(Durations.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "ems1, ems1, 22, ems1",
    "ems1:22, ems1, 22, ems1",
    "ems1:2222, ems1, 2222, ems1:2222",
    "10.0.0.1:22, 10.0.0.1, 22, 10.0.0.1",
    "[fd00::1]:2222, fd00::1, 2222, [fd00::1]:2222"
  })
  void readsAndWritesHost(String text, String host, int port, String shortest) {
    assertThat(HostPort.parse(text)).contains(new HostPort(host, port));
    assertThat(new HostPort(host, port)).hasToString(shortest);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", ":22", "a:0", "a:65536", "a:x", "fd00::1", "u@a", "[fd00::1"})
  void readsNoHost_whenTextIsNone(String text) {
    assertThat(HostPort.parse(text)).isEmpty();
  }

  @Test
  void readsSecretAtEachUse_withoutItsLastLineBreak(@TempDir Path dir) throws Exception {
    Path file = dir.resolve("password");
    Secret secret = Secret.parse("${file:" + file + "}").orElseThrow();
    Files.writeString(file, "first\n");
    assertThat(secret.resolve()).isEqualTo("first");
    Files.writeString(file, "second line\nwith break\r\n");
    assertThat(secret.resolve()).isEqualTo("second line\nwith break");
    assertThat(secret).hasToString("${file:" + file + "}");
  }

  @Test
  void readsSecretFromEnvironment() {
    Map.Entry<String, String> any =
        System.getenv().entrySet().stream()
            .filter(e -> e.getKey().matches("[A-Z]+") && !e.getValue().isBlank())
            .findAny()
            .orElseThrow();
    assertThat(Secret.parse("${env:" + any.getKey() + "}").orElseThrow().resolve())
        .isEqualTo(any.getValue());
  }

  @Test
  void saysWhatToDo_whenSecretIsNotThere(@TempDir Path dir) {
    assertThatThrownBy(() -> new Secret(Secret.Kind.ENV, "SLUICE_NO_SUCH").resolve())
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessageContaining("${env:SLUICE_NO_SUCH} is not set");
    assertThatThrownBy(() -> new Secret(Secret.Kind.FILE, dir.resolve("x").toString()).resolve())
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessageContaining("mount the file");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "secret", "${env:}", "${env:A B}", "${file:rel}", "${vault:x}", "$HOME"})
  void readsNoSecret_whenTextIsNoReference(String text) {
    assertThat(Secret.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "pm*, pmRrc, true",
    "pm*, xpm, false",
    "*, a/b.c d, true",
    "a?c, abc, true",
    "a?c, ac, false",
    "'{ab,cd}x', cdx, true",
    "[!a]b, ab, false",
    "a.c, abc, false",
    "a\\*, a*, true"
  })
  void matchesGlob(String glob, String name, boolean matches) {
    assertThat(Glob.of(glob).matches(name)).isEqualTo(matches);
  }

  @Test
  void takesElementFromPath() {
    FeedFormat.Pm byName = pm(Optional.empty());
    assertThat(byName.elementIn("/pm/A20261120.0700+0000-0715+0000_gNB7.xml.gz")).contains("gNB7");
    assertThat(byName.elementIn("/pm/x.xml")).isEmpty();
    FeedFormat.Pm byPattern = pm(Optional.of("/pm/([^/]+)/"));
    assertThat(byPattern.elementIn("/pm/gNB8/x.xml")).contains("gNB8");
    assertThat(byPattern.elementIn("/x/gNB8/x.xml")).isEmpty();
  }

  private static FeedFormat.Pm pm(Optional<String> pattern) {
    return new FeedFormat.Pm(
        List.of("*"),
        List.of(),
        ZoneOffset.UTC,
        List.of(FeedFormat.ElementFrom.FILE_NAME),
        pattern,
        FeedFormat.OnTruncated.KEEP);
  }

  @ParameterizedTest
  @CsvSource({
    "exclud, exclude",
    "knownhosts, knownHosts",
    "known_hosts, knownHosts",
    "tabel, table",
    "Poll, poll"
  })
  void suggestsWord_whenOneIsNear(String written, String meant) {
    List<String> known = List.of("exclude", "knownHosts", "table", "poll");
    assertThat(Suggestion.of(written, known)).contains(meant);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "zz", "something", ""})
  void suggestsNothing_whenNoWordIsNear(String written) {
    assertThat(Suggestion.of(written, List.of("exclude", "poll"))).isEmpty();
  }
}
