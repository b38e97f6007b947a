package io.sluice.getter.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.FeedSource.ArchiveLimits;
import io.sluice.core.yaml.DataSize;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveExpanderTest {

  private static final ArchiveLimits LIMITS =
      new ArchiveLimits(200, 1_000, new DataSize(300 << 20), 3);

  @TempDir Path dir;

  @Test
  void passesMembersOn_whateverTheArchivesNameSays() throws IOException {
    byte[] zip = zip(Map.of("a/x.xml", text("one"), "y.xml", text("two")));
    assertThat(expand("misnamed.tar.gz", zip))
        .containsOnlyKeys("a/x.xml", "y.xml")
        .containsEntry("y.xml", "two");
    byte[] tar = tar(Map.of("x.xml", text("one")));
    assertThat(expand("misnamed.zip", tar)).containsExactly(Map.entry("x.xml", "one"));
    assertThat(expand("x.tgz", gzip(tar))).containsExactly(Map.entry("x.xml", "one"));
  }

  @Test
  void expandsArchivesWithinArchives_toTheDepthAllowed() throws IOException {
    byte[] inner = gzip(tar(Map.of("deep.xml", text("deep"))));
    byte[] outer = zip(Map.of("in.tgz", inner, "flat.xml.gz", gzip(text("flat"))));
    assertThat(expand("outer.zip", outer)).containsOnlyKeys("in.tgz!/deep.xml", "flat.xml.gz");
    byte[] deepest = zip(Map.of("2", zip(Map.of("3", zip(Map.of("4", outer))))));
    assertRejected(deepest, "archive_depth");
  }

  @Test
  void leavesSingleCompressedFileAlone_unlessAnArchiveIsInIt() throws IOException {
    assertThat(ArchiveKind.of(gzip(text("<measCollecFile/>")))).isEqualTo(ArchiveKind.NONE);
    byte[] concatenated = join(gzip(text("one")), gzip(text("two")));
    assertThat(ArchiveKind.of(concatenated)).isEqualTo(ArchiveKind.NONE);
    byte[] cut = Arrays.copyOf(gzip(new byte[10_000]), 20);
    assertThat(ArchiveKind.of(cut)).isEqualTo(ArchiveKind.NONE);
    byte[] zipInGz = gzip(zip(Map.of("x.xml", text("one"))));
    assertThat(expand("x.gz", zipInGz)).containsOnlyKeys("content!/x.xml");
  }

  @Test
  void rejectsZipBomb_beforeItFillsTheDisk() throws IOException {
    byte[] bomb = zip(Map.of("bomb", new byte[80 << 20]));
    assertThat(bomb.length).isLessThan(1 << 20);
    RejectFile rejected = assertRejected(bomb, "archive_ratio");
    assertThat(rejected.position()).isEqualTo("member bomb");
    assertThat(rejected).hasMessageContaining("source.archives");
    assertRejected(gzip(tar(Map.of("bomb", new byte[80 << 20]))), "archive_ratio");
  }

  @Test
  void rejectsArchive_whenItsUnpackedSizeIsOverTheLimit() throws IOException {
    ArchiveLimits small = new ArchiveLimits(1_000_000, 1_000, new DataSize(1 << 20), 3);
    byte[] zip = zip(Map.of("a", new byte[700_000], "b", new byte[700_000]));
    assertRejected(zip, small, "archive_size");
    assertRejected(
        gzip(tar(Map.of("a", new byte[700_000], "b", new byte[700_000]))), small, "archive_size");
  }

  @Test
  void rejectsArchive_whenItHasTooManyMembers() throws IOException {
    Map<String, byte[]> many = new LinkedHashMap<>();
    for (int i = 0; i <= 1_000; i++) {
      many.put(i + ".xml", new byte[0]);
    }
    assertRejected(zip(many), "archive_members");
  }

  @Test
  void keepsOutMembers_whoseNamesLeadElsewhere() throws IOException {
    Map<String, byte[]> evil = new LinkedHashMap<>();
    evil.put("../../etc/passwd", text("x"));
    evil.put("/etc/passwd", text("x"));
    evil.put("a/../../b", text("x"));
    evil.put("C:\\windows\\x", text("x"));
    evil.put("..\\up", text("x"));
    evil.put("new\nline", text("x"));
    evil.put("fine\\windows.xml", text("good"));
    for (byte[] archive : List.of(zip(evil), tar(evil))) {
      Collected collected = new Collected();
      expand(archive, LIMITS, collected);
      assertThat(collected.members).containsExactly(Map.entry("fine/windows.xml", "good"));
      assertThat(collected.unsafe).hasSize(6).contains("new\\u000aline");
    }
  }

  @Test
  void ignoresLinksAndDevices() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      for (byte type :
          new byte[] {TarConstants.LF_SYMLINK, TarConstants.LF_LINK, TarConstants.LF_FIFO}) {
        TarArchiveEntry link = new TarArchiveEntry("link" + type, type);
        link.setLinkName("/etc/passwd");
        tar.putArchiveEntry(link);
        tar.closeArchiveEntry();
      }
      add(tar, "x.xml", text("x"));
    }
    Collected collected = new Collected();
    expand(out.toByteArray(), LIMITS, collected);
    assertThat(collected.members).containsOnlyKeys("x.xml");
    assertThat(collected.unsafe).isEmpty();
  }

  @Test
  void keepsBoth_whenTwoMembersHaveOneName() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      add(tar, "x.xml", text("one"));
      add(tar, "x.xml", text("two"));
    }
    assertThat(expand("x.tar", out.toByteArray()))
        .containsExactly(Map.entry("x.xml", "one"), Map.entry("x.xml#2", "two"));
  }

  @Test
  void rejectsArchive_whenItIsCutShort() throws IOException {
    byte[] noise = new byte[100_000];
    new Random(1).nextBytes(noise);
    byte[] zip = zip(Map.of("x", noise));
    assertRejected(Arrays.copyOf(zip, zip.length / 2), "archive_corrupt");
    byte[] tar = tar(Map.of("x", noise));
    assertRejected(Arrays.copyOf(tar, tar.length / 2), "archive_corrupt");
    byte[] tgz = gzip(tar);
    assertRejected(Arrays.copyOf(tgz, tgz.length / 2), "archive_corrupt");
  }

  @Test
  void rejectsArchive_whenSomethingFollowsItThatIsNoPartOfIt() throws IOException {
    byte[] tar = tar(Map.of("x.xml", text("one")));
    byte[] tgz = gzip(tar);
    assertThat(expand("x.tgz", join(join(tgz, new byte[100]), gzip(new byte[2_000]))))
        .containsOnlyKeys("x.xml");
    assertRejected(join(tgz, text("tail")), "archive_corrupt");
    assertRejected(join(tgz, Arrays.copyOf(tgz, 5)), "archive_corrupt");
    assertRejected(join(tgz, tgz), "archive_corrupt");
    assertRejected(join(tar, tar), "archive_corrupt");
  }

  @Test
  void rejectsArchive_whenAMembersBytesAreNotThoseItsChecksumIsOf() throws IOException {
    byte[] noise = new byte[10_000];
    new Random(1).nextBytes(noise);
    byte[] zip = zip(Map.of("x", noise));
    zip[zip.length / 2] ^= 1;
    assertThat(assertRejected(zip, "archive_corrupt").position()).isEqualTo("member x");
  }

  @Test
  void rejectsArchive_whenAMemberIsEncrypted() throws IOException {
    byte[] zip = zip(Map.of("x.xml", text("secret")));
    zip[6] |= 1; // the encryption bit of the local header
    int central = indexOf(zip, new byte[] {'P', 'K', 1, 2});
    zip[central + 8] |= 1;
    assertThat(assertRejected(zip, "archive_encrypted")).hasMessageContaining("password");
  }

  @Test
  void failsAsTheStore_whenTheSinkFails() throws IOException {
    Path file = Files.write(dir.resolve("x.zip"), zip(Map.of("x", text("x"))));
    MemberSink full =
        new MemberSink() {
          @Override
          public void member(String path, InputStream in) throws IOException {
            throw new IOException("no space left");
          }

          @Override
          public void unsafe(String path) {}
        };
    assertThatThrownBy(() -> ArchiveExpander.expand(file, dir, LIMITS, full))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("no space left");
  }

  @Test
  void endsExpandedOrWithAReason_forEveryFileOfTheCorpus() throws IOException {
    String data = System.getenv("SLUICE_SHARED_DATA");
    assumeTrue(data != null, "SLUICE_SHARED_DATA names no corpus");
    List<String> outcomes = new ArrayList<>();
    try (Stream<Path> files = Files.walk(Path.of(data, "archive"))) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        outcomes.add(file.getFileName() + " " + outcome(file));
      }
    }
    assertThat(outcomes).isNotEmpty();
    assertThat(outcomes).contains("bla.tgz expanded 2", "bla.encrypted.7z archive_unsupported");
    assertThat(outcomes).noneMatch(outcome -> outcome.startsWith("bla.zip archive_"));
    outcomes.forEach(System.out::println);
  }

  private String outcome(Path file) throws IOException {
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(ArchiveKind.HEAD);
    }
    if (ArchiveKind.of(head) == ArchiveKind.NONE) {
      return "passed on";
    }
    try {
      Collected collected = new Collected();
      ArchiveExpander.expand(file, dir, LIMITS, collected);
      return "expanded " + collected.members.size();
    } catch (RejectFile e) {
      assertThat(e.getMessage()).contains("; ");
      return e.reason();
    }
  }

  private Map<String, String> expand(String name, byte[] archive) throws IOException {
    Collected collected = new Collected();
    ArchiveExpander.expand(Files.write(dir.resolve(name), archive), dir, LIMITS, collected);
    return collected.members;
  }

  private void expand(byte[] archive, ArchiveLimits limits, MemberSink sink) throws IOException {
    ArchiveExpander.expand(Files.write(dir.resolve("archive"), archive), dir, limits, sink);
  }

  private RejectFile assertRejected(byte[] archive, String reason) {
    return assertRejected(archive, LIMITS, reason);
  }

  private RejectFile assertRejected(byte[] archive, ArchiveLimits limits, String reason) {
    RejectFile[] rejected = new RejectFile[1];
    assertThatThrownBy(() -> expand(archive, limits, new Collected()))
        .isInstanceOfSatisfying(
            RejectFile.class,
            e -> {
              assertThat(e.reason()).isEqualTo(reason);
              rejected[0] = e;
            });
    assertThat(dir.toFile().list()).noneMatch(name -> name.startsWith("sluice-"));
    return rejected[0];
  }

  private static byte[] text(String text) {
    return text.getBytes(UTF_8);
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    }
    return out.toByteArray();
  }

  private static byte[] zip(Map<String, byte[]> members) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(out)) {
      for (Map.Entry<String, byte[]> member : members.entrySet()) {
        zip.putArchiveEntry(new ZipArchiveEntry(member.getKey()));
        zip.write(member.getValue());
        zip.closeArchiveEntry();
      }
    }
    return out.toByteArray();
  }

  private static byte[] tar(Map<String, byte[]> members) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      for (Map.Entry<String, byte[]> member : members.entrySet()) {
        add(tar, member.getKey(), member.getValue());
      }
    }
    return out.toByteArray();
  }

  private static void add(TarArchiveOutputStream tar, String name, byte[] content)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setName(name);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  private static byte[] join(byte[] a, byte[] b) {
    byte[] joined = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, joined, a.length, b.length);
    return joined;
  }

  private static int indexOf(byte[] bytes, byte[] wanted) {
    for (int i = 0; i + wanted.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    throw new AssertionError("not found");
  }

  private static final class Collected implements MemberSink {
    final Map<String, String> members = new LinkedHashMap<>();
    final List<String> unsafe = new ArrayList<>();

    @Override
    public void member(String path, InputStream bytes) throws IOException {
      members.put(path, new String(bytes.readAllBytes(), UTF_8));
    }

    @Override
    public void unsafe(String path) {
      unsafe.add(path);
    }
  }
}
