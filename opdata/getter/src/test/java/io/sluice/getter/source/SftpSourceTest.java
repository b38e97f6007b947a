package io.sluice.getter.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.feed.HostPort;
import io.sluice.core.feed.Origin;
import io.sluice.core.feed.PathPattern;
import io.sluice.core.yaml.DataSize;
import io.sluice.core.yaml.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyEncryptionContext;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SftpSourceTest {

  private static final Instant NOW = Instant.parse("2026-11-20T09:00:00Z");

  @TempDir Path dir;
  private Path root;
  private Path knownHosts;
  private Path password;
  private TestSftpServer server;
  private Sources sources;

  @BeforeEach
  void start() throws Exception {
    root = Files.createDirectories(dir.resolve("root/pm")).getParent();
    password = Files.writeString(dir.resolve("password"), "right\n");
    server = new TestSftpServer(root);
    knownHosts = server.knownHosts(dir.resolve("known_hosts"));
    sources = new Sources(new SftpConnector(), time -> {});
  }

  @AfterEach
  void stop() throws IOException {
    sources.close();
    server.close();
  }

  @Test
  void listsMatchingFiles_throughDatedDirectories() throws IOException {
    write("pm/20261120/A1.xml", "one");
    write("pm/20261120/other.txt", "no");
    write("pm/20251120/A2.xml", "too old to enter");
    List<SourceFile> files = new ArrayList<>();
    PathPattern pattern = PathPattern.of("/pm/{yyyyMMdd}/A*.xml", ZoneOffset.UTC);
    Listing listing;
    try (SourceSession session = source().connect(Source.Purpose.SCAN)) {
      listing = session.list(pattern.scan(NOW.minus(Duration.ofDays(3)), NOW), 0, files::add);
    }
    assertThat(files).extracting(SourceFile::path).containsExactly("/pm/20261120/A1.xml");
    assertThat(files.get(0).size()).isEqualTo(3);
    assertThat(listing.files()).isEqualTo(1);
    assertThat(listing.directories()).isEqualTo(2);
  }

  @Test
  void listsHugeDirectory() throws IOException {
    for (int i = 0; i < 3_000; i++) {
      Files.createFile(root.resolve("pm/A" + i + ".xml"));
    }
    assertThat(list("/pm/A*.xml")).hasSize(3_000);
  }

  @Test
  void readsBytes_fromAnyOffset() throws IOException {
    byte[] content = random(700_000);
    Files.write(root.resolve("pm/A.xml"), content);
    assertThat(read("/pm/A.xml", 0)).isEqualTo(content);
    assertThat(read("/pm/A.xml", 123_456))
        .isEqualTo(Arrays.copyOfRange(content, 123_456, content.length));
  }

  @Test
  void readsOn_whenConnectionBreaksMidway() throws IOException {
    byte[] content = random(3_000_000);
    Files.write(root.resolve("pm/A.xml"), content);
    server.breakAfter(1_000_000);
    try (SourceReader reader = reader(source());
        SourceStream in = reader.open(reader.stat("/pm/A.xml"))) {
      assertThat(in.readAllBytes()).isEqualTo(content);
      assertThat(in.stat().size()).isEqualTo(content.length);
    }
  }

  @Test
  void failsAsChanged_whenFileIsReplacedWhileConnectionIsBroken() throws IOException {
    Path file = Files.write(root.resolve("pm/A.xml"), random(3_000_000));
    SourceFile before = stat("/pm/A.xml");
    server.onRead((path, offset) -> Files.setLastModifiedTime(file, FileTime.from(NOW)));
    server.breakAfter(1_000_000);
    try (SourceReader reader = reader(source());
        SourceStream in = reader.open(before)) {
      assertThatThrownBy(in::readAllBytes)
          .isInstanceOf(SourceFileChanged.class)
          .hasMessageContaining("/pm/A.xml on");
    }
  }

  @Test
  void fetchesAll_whenServerDisconnectsEvery10Files() throws IOException {
    for (int i = 0; i < 45; i++) {
      write("pm/A" + i + ".xml", "content " + i);
    }
    List<SourceFile> files = list("/pm/*.xml");
    server.disconnectEvery(10);
    try (SourceReader reader = reader(source())) {
      for (SourceFile file : files) {
        try (SourceStream in = reader.open(file)) {
          assertThat(new String(in.readAllBytes(), UTF_8))
              .isEqualTo("content " + file.name().replaceAll("[^0-9]", ""));
        }
      }
    }
  }

  @Test
  void connectsAgain_whenIdleConnectionWasDropped() throws IOException {
    write("pm/A.xml", "x");
    stat("/pm/A.xml");
    server.dropSessions();
    assertThat(stat("/pm/A.xml").size()).isEqualTo(1);
  }

  @Test
  void saysMissing_whenFileVanished() throws IOException {
    write("pm/other.xml", "x");
    try (SourceSession session = source().connect(Source.Purpose.FETCH)) {
      assertThatThrownBy(() -> session.stat("/pm/none"))
          .isInstanceOf(SourceFileMissing.class)
          .hasMessageContaining("/pm/none is no longer on 127.0.0.1:" + server.port());
      assertThatThrownBy(() -> session.open(new SourceFile("/pm/none", 1, NOW), 0))
          .isInstanceOf(SourceFileMissing.class);
      assertThatThrownBy(() -> session.delete("/pm/none")).isInstanceOf(SourceFileMissing.class);
      assertThat(session.stat("/pm/other.xml").size()).isEqualTo(1);
    }
  }

  @Test
  void saysWhichDirectory_whenPathIsWrong() {
    assertThatThrownBy(() -> list("/nowhere/A*.xml"))
        .isInstanceOf(SourceAway.class)
        .hasMessageContaining(
            "directory /nowhere on 127.0.0.1:" + server.port() + " does not exist");
  }

  @Test
  void movesAndDeletes_makingDirectories_butNeverOverAnother() throws IOException {
    write("pm/A.xml", "a");
    write("pm/B.xml", "b");
    try (SourceSession session = source().connect(Source.Purpose.SETTLE)) {
      session.rename("/pm/A.xml", "/done/20261120/A.xml");
      assertThat(root.resolve("done/20261120/A.xml")).hasContent("a");
      assertThatThrownBy(() -> session.rename("/pm/B.xml", "/done/20261120/A.xml"))
          .isInstanceOf(SourceNameTaken.class);
      session.delete("/pm/B.xml");
    }
    assertThat(root.resolve("pm")).isEmptyDirectory();
  }

  @Test
  void refuses_whenHostKeyIsUnknown_andSaysWhichLineToAdd() throws IOException {
    Files.writeString(knownHosts, "");
    assertThatThrownBy(() -> stat("/pm"))
        .isInstanceOf(SourceAway.class)
        .hasMessageContaining("is not in " + knownHosts)
        .hasMessageContaining("SHA256:")
        .hasMessageContaining("[127.0.0.1]:" + server.port() + " ecdsa-sha2-nistp256 ");
  }

  @Test
  void refuses_whenHostKeyIsAnother() throws Exception {
    KeyPair other = KeyUtils.generateKeyPair("ecdsa-sha2-nistp256", 256);
    try (TestSftpServer impostor = new TestSftpServer(root, other)) {
      String line =
          Files.readString(knownHosts).replace(":" + server.port(), ":" + impostor.port());
      Files.writeString(knownHosts, line);
      Origin.Sftp origin = origin(impostor.port(), Optional.empty(), Optional.empty());
      assertThatThrownBy(() -> stat(sources.of(origin, "/pm").get(0), "/pm"))
          .isInstanceOf(SourceAway.class)
          .hasMessageContaining("may be another machine");
    }
  }

  @Test
  void logsIn_whenPasswordOrKeyIsRight() throws Exception {
    KeyPair rsa = KeyUtils.generateKeyPair("ssh-rsa", 2048);
    server.accept(rsa.getPublic());
    Path openSsh = dir.resolve("id_rsa");
    writeOpenSsh(rsa, openSsh, null);
    Path locked = dir.resolve("id_locked");
    writeOpenSsh(rsa, locked, "open sesame");
    Path pem = dir.resolve("id.pem");
    Files.writeString(
        pem,
        "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
            .formatted(Base64.getMimeEncoder().encodeToString(rsa.getPrivate().getEncoded())));
    Path phrase = Files.writeString(dir.resolve("phrase"), "open sesame");
    assertLogin(openSsh, null);
    assertLogin(locked, phrase);
    assertLogin(pem, null);
  }

  @Test
  void logsIn_withEd25519Key() throws Exception {
    KeyPair key = KeyUtils.generateKeyPair("ssh-ed25519", 256);
    server.accept(key.getPublic());
    Path file = dir.resolve("id_ed25519");
    writeOpenSsh(key, file, null);
    assertLogin(file, null);
  }

  @Test
  void saysWhatIsWrong_whenLoginIsRefused_withoutTheSecret() throws IOException {
    Files.writeString(password, "wrong-secret");
    assertThatThrownBy(() -> stat("/pm"))
        .isInstanceOf(SourceAway.class)
        .hasMessageContaining("login of user 'pm'")
        .hasMessageNotContaining("wrong-secret");
  }

  @Test
  void saysWhatIsWrong_whenKeyOrSecretIsUnusable() throws IOException {
    Path noKey = Files.writeString(dir.resolve("nokey"), "this is no key");
    Origin.Sftp bad =
        origin(server.port(), Secret.parse("${file:" + noKey + "}"), Optional.empty());
    assertThatThrownBy(() -> stat(sources.of(bad, "/pm").get(0), "/pm"))
        .isInstanceOf(SourceAway.class)
        .hasMessageContaining("nokey");
    Files.delete(password);
    try (Sources fresh = new Sources()) {
      Origin.Sftp origin = origin(server.port(), Optional.empty(), Optional.empty());
      assertThatThrownBy(() -> stat(fresh.of(origin, "/pm").get(0), "/pm"))
          .isInstanceOf(SourceAway.class)
          .hasMessageContaining("cannot be read; mount the file");
    }
  }

  @Test
  void waitsBeforeNextAttempt_whenServerIsAway() throws IOException {
    server.close();
    assertThatThrownBy(() -> stat("/pm")).isInstanceOf(SourceAway.class);
    assertThatThrownBy(() -> stat("/pm"))
        .isInstanceOf(SourceAway.class)
        .hasMessageContaining("next attempt in");
  }

  @Test
  void usesMirror_whenFirstServerIsAway() throws Exception {
    write("pm/A.xml", "x");
    Origin.Sftp base = origin(server.port(), Optional.empty(), Optional.empty());
    HostPort gone = new HostPort("127.0.0.1", 1);
    HostPort here = new HostPort("127.0.0.1", server.port());
    Source mirrored = sources.of(with(base, List.of(), List.of(List.of(gone, here))), "/pm").get(0);
    assertThat(mirrored.host()).isEqualTo("127.0.0.1:1");
    assertThat(stat(mirrored, "/pm/A.xml").size()).isEqualTo(1);
  }

  @Test
  void opensNoMoreConnections_thanTheFeedAllows() throws Exception {
    write("pm/A.xml", "x");
    Source impatient = sources.of(withTimeout(origin(), Duration.ofMillis(300)), "/pm").get(0);
    try (SourceSession one = impatient.connect(Source.Purpose.FETCH);
        SourceSession other = impatient.connect(Source.Purpose.FETCH)) {
      assertThat(server.sessions()).isEqualTo(2);
      assertThatThrownBy(() -> impatient.connect(Source.Purpose.SCAN))
          .isInstanceOf(SourceBusy.class)
          .hasMessageContaining("all 2 connections")
          .hasMessageContaining("limits.connections");
      assertThat(one.stat("/pm/A.xml")).isEqualTo(other.stat("/pm/A.xml"));
    }
    assertThat(stat("/pm/A.xml").size()).isEqualTo(1);
  }

  @Test
  void booksEveryByte_againstTheRateOfTheHost() throws Exception {
    byte[] content = random(1_000_000);
    Files.write(root.resolve("pm/A.xml"), content);
    List<Duration> waits = new ArrayList<>();
    try (Sources rated = new Sources(new SftpConnector(), waits::add)) {
      Origin.HostLimits limits = new Origin.HostLimits(2, Optional.of(new DataSize(100_000_000)));
      Source source = rated.of(withLimits(origin(), limits), "/pm").get(0);
      try (SourceReader reader = reader(source);
          InputStream in = reader.open(reader.stat("/pm/A.xml"))) {
        assertThat(in.readAllBytes()).isEqualTo(content);
      }
    }
    Duration longest = waits.stream().max(Duration::compareTo).orElseThrow();
    assertThat(longest).isPositive().isLessThanOrEqualTo(Duration.ofMillis(10));
    assertThat(waits).hasSizeGreaterThan(10);
  }

  @Test
  void keepsNames_whenTheyAreNotPlainAscii() throws IOException {
    write("pm/Ä ö – 网.xml", "x");
    SourceFile file = list("/pm/*.xml").get(0);
    assertThat(file.path()).isEqualTo("/pm/Ä ö – 网.xml");
    assertThat(read(file.path(), 0)).isEqualTo("x".getBytes(UTF_8));
  }

  private void assertLogin(Path key, Path phrase) throws IOException {
    Optional<Secret> passphrase =
        Optional.ofNullable(phrase).flatMap(p -> Secret.parse("${file:" + p + "}"));
    Origin.Sftp origin = origin(server.port(), Secret.parse("${file:" + key + "}"), passphrase);
    assertThat(stat(sources.of(origin, "/pm").get(0), "/pm").path()).isEqualTo("/pm");
  }

  private static void writeOpenSsh(KeyPair pair, Path file, String passphrase) throws Exception {
    OpenSSHKeyEncryptionContext lock = null;
    if (passphrase != null) {
      lock = new OpenSSHKeyEncryptionContext();
      lock.setPassword(passphrase);
      lock.setCipherType("256");
    }
    try (var out = Files.newOutputStream(file)) {
      OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(pair, "test", lock, out);
    }
  }

  private static SourceReader reader(Source source) {
    return new SourceReader(source, Source.Purpose.FETCH, time -> {});
  }

  private SourceFile stat(String path) throws IOException {
    return stat(source(), path);
  }

  private static SourceFile stat(Source source, String path) throws IOException {
    try (SourceReader reader = reader(source)) {
      return reader.stat(path);
    }
  }

  private Source source() {
    return sources.of(origin(), "/pm").get(0);
  }

  private Origin.Sftp origin() {
    return origin(server.port(), Optional.empty(), Optional.empty());
  }

  private Origin.Sftp origin(int port, Optional<Secret> key, Optional<Secret> passphrase) {
    return new Origin.Sftp(
        List.of(new HostPort("127.0.0.1", port)),
        List.of(),
        "pm",
        key,
        passphrase,
        key.isPresent() ? Optional.empty() : Secret.parse("${file:" + password + "}"),
        "/pm/*",
        Optional.of(knownHosts.toString()),
        true,
        Duration.ofSeconds(10),
        new Origin.HostLimits(2, Optional.empty()));
  }

  private static Origin.Sftp with(
      Origin.Sftp o, List<HostPort> hosts, List<List<HostPort>> mirrors) {
    return new Origin.Sftp(
        hosts,
        mirrors,
        o.user(),
        o.key(),
        o.passphrase(),
        o.password(),
        o.path(),
        o.knownHosts(),
        o.strictHostKeys(),
        o.timeout(),
        o.limits());
  }

  private static Origin.Sftp withTimeout(Origin.Sftp o, Duration timeout) {
    return new Origin.Sftp(
        o.hosts(),
        o.mirrors(),
        o.user(),
        o.key(),
        o.passphrase(),
        o.password(),
        o.path(),
        o.knownHosts(),
        o.strictHostKeys(),
        timeout,
        o.limits());
  }

  private static Origin.Sftp withLimits(Origin.Sftp o, Origin.HostLimits limits) {
    return new Origin.Sftp(
        o.hosts(),
        o.mirrors(),
        o.user(),
        o.key(),
        o.passphrase(),
        o.password(),
        o.path(),
        o.knownHosts(),
        o.strictHostKeys(),
        o.timeout(),
        limits);
  }

  private List<SourceFile> list(String path) throws IOException {
    PathPattern pattern = PathPattern.of(path, ZoneOffset.UTC);
    List<SourceFile> files = new ArrayList<>();
    Source source = sources.of(origin(), pattern.base()).get(0);
    try (SourceSession session = source.connect(Source.Purpose.SCAN)) {
      session.list(pattern.scan(NOW, NOW), 0, files::add);
    }
    return files;
  }

  private byte[] read(String path, long offset) throws IOException {
    try (SourceSession session = source().connect(Source.Purpose.FETCH);
        InputStream in = session.open(session.stat(path), offset)) {
      return in.readAllBytes();
    }
  }

  private void write(String path, String content) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }
}
