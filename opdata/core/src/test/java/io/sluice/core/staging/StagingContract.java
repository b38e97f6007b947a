package io.sluice.core.staging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.ids.Tokens;
import io.sluice.core.staging.StagingUse.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store of staging does, run against each. */
abstract class StagingContract {

  static final Instant FOUND = Instant.parse("2026-11-20T09:15:00Z");

  final SettableClock clock = new SettableClock();
  private Staging staging;

  /** A new empty store with the limit. */
  abstract Staging openEmpty(long limitBytes) throws IOException;

  @BeforeEach
  void open() throws IOException {
    staging = openEmpty(StagingSettings.UNLIMITED);
  }

  @AfterEach
  void close() {
    staging.close();
  }

  @Test
  void readsFromAnOffset() throws IOException {
    staging.put("raw/f/20261120/09/1", new ByteArrayInputStream("0123456789".getBytes(UTF_8)));
    try (InputStream in = staging.open("raw/f/20261120/09/1", 7)) {
      assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo("789");
    }
  }

  @Test
  void returnsBytes_whenObjectWasPut() throws IOException {
    String key = StagingKeys.raw("nr-pm", Tokens.of(FOUND, 42));
    assertThat(put(key, "hello")).isEqualTo(5);
    assertThat(read(key)).isEqualTo("hello");
    assertThat(staging.size(key)).isEqualTo(5);
  }

  @Test
  void keepsEmptyObject_whenNothingWasWritten() throws IOException {
    put("raw/a/1", "");
    assertThat(read("raw/a/1")).isEmpty();
    assertThat(staging.size("raw/a/1")).isZero();
  }

  @Test
  void showsNothing_beforeCommit() throws IOException {
    try (StagingWriter writer = staging.create("raw/a/1")) {
      writer.write("half".getBytes(UTF_8));
      assertThat(keys("")).isEmpty();
      assertMissing("raw/a/1");
    }
    assertThat(keys("")).isEmpty();
    assertMissing("raw/a/1");
  }

  @Test
  void keepsOldObject_whenReplacementIsAborted() throws IOException {
    put("raw/a/1", "old");
    try (StagingWriter writer = staging.create("raw/a/1")) {
      writer.write("new, half".getBytes(UTF_8));
    }
    assertThat(read("raw/a/1")).isEqualTo("old");
  }

  @Test
  void replacesObject_whenKeyIsWrittenAgain() throws IOException {
    put("raw/a/1", "old and long");
    put("raw/a/1", "new");
    assertThat(read("raw/a/1")).isEqualTo("new");
  }

  @Test
  void keepsEveryByte_whenObjectIsBiggerThanAPart() throws IOException {
    byte[] big = new byte[S3Writer.PART_BYTES * 2 + 12_345];
    new Random(7).nextBytes(big);
    staging.put("raw/a/big", new ByteArrayInputStream(big));
    assertThat(staging.size("raw/a/big")).isEqualTo(big.length);
    try (InputStream in = staging.open("raw/a/big")) {
      assertThat(in.readAllBytes()).isEqualTo(big);
    }
  }

  @Test
  void leavesNothing_whenBigObjectIsAborted() throws IOException {
    try (StagingWriter writer = staging.create("raw/a/big")) {
      writer.write(new byte[S3Writer.PART_BYTES * 2]);
    }
    assertThat(keys("")).isEmpty();
  }

  @Test
  void namesTheKey_whenObjectIsMissing() {
    assertMissing("raw/a/none");
  }

  @Test
  void deletesBatch_ignoringWhatIsNotThere() throws IOException {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 1_100; i++) {
      keys.add("chunk/a/20261120/09/" + i + "-1-0");
      if (i % 10 == 0) {
        put(keys.get(i), "x");
      }
    }
    put("chunk/a/20261120/10/7-1-0", "stays");
    staging.delete(keys);
    assertThat(keys("")).containsExactly("chunk/a/20261120/10/7-1-0");
  }

  @Test
  void listsOnlyUnderPrefix_withSizes() throws IOException {
    put("raw/a/20261120/09/1", "1");
    put("raw/a/20261120/10/2", "22");
    put("raw/ab/20261120/09/3", "333");
    assertThat(staging.list("raw/a/"))
        .extracting(o -> o.key() + ":" + o.size())
        .containsExactlyInAnyOrder("raw/a/20261120/09/1:1", "raw/a/20261120/10/2:2");
    assertThat(keys("raw/none/")).isEmpty();
  }

  @Test
  void listsFolders_withoutWhatIsBelow() throws IOException {
    put("raw/a/20261120/09/1", "1");
    put("raw/a/20261120/10/2", "2");
    put("raw/b/20261119/10/2", "2");
    assertThat(staging.folders("raw/")).containsExactly("raw/a/", "raw/b/");
    assertThat(staging.folders("raw/a/20261120/"))
        .containsExactly("raw/a/20261120/09/", "raw/a/20261120/10/");
    assertThat(staging.folders("chunk/")).isEmpty();
  }

  @Test
  void forgetsFolder_whenItsLastObjectIsDeleted() throws IOException {
    put("raw/a/20261120/09/1", "1");
    put("raw/a/20261120/09/2", "22");
    put("raw/a/20261120/10/3", "333");
    staging.delete(List.of("raw/a/20261120/09/1", "raw/a/20261120/09/2"));
    assertThat(keys("")).containsExactly("raw/a/20261120/10/3");
    assertThat(staging.folders("raw/a/20261120/")).containsExactly("raw/a/20261120/10/");
  }

  @Test
  void keepsRoomForChunks_whenRawFilesHaveFilledTheirPart() throws IOException {
    try (Staging small = openEmpty(10)) {
      small.put("raw/a/1", new ByteArrayInputStream(new byte[9]));
      assertThatThrownBy(() -> small.checkRoom(Kind.RAW))
          .isInstanceOf(StagingFull.class)
          .hasMessageContaining(
              "holds 9 bytes (0 in chunks) and takes raw files only up to 9 of 10")
          .hasMessageContaining("staging.limit");
      small.put("raw/a/2", new ByteArrayInputStream(new byte[6])); // began before
      small.checkRoom(Kind.CHUNK);
      small.put("chunk/a/1", new ByteArrayInputStream(new byte[1]));
      assertThatThrownBy(() -> small.checkRoom(Kind.CHUNK)).isInstanceOf(StagingFull.class);
      small.probe();
      small.checkReadable();
      small.delete(List.of("chunk/a/1", "raw/a/1", "raw/a/2"));
      clock.advance(Duration.ofMinutes(2)); // by then the store is measured again
      small.checkRoom(Kind.RAW);
    }
  }

  @Test
  void probes_whenStoreIsThere() throws IOException {
    staging.probe();
    assertThat(staging.size(Staging.PROBE_KEY)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/etc/passwd",
        "../up",
        "raw/../../up",
        "raw//a",
        "raw/a/",
        "raw/.hidden",
        "a b",
        "raw/a\u0000",
        "raw\\a"
      })
  void refusesKey_whenItCouldLeadElsewhere(String key) {
    assertThatIllegalArgumentException().isThrownBy(() -> staging.create(key));
    assertThatIllegalArgumentException().isThrownBy(() -> staging.open(key));
    assertThatIllegalArgumentException().isThrownBy(() -> staging.delete(List.of(key)));
  }

  @Test
  void saysMissingOrEnded_whenAnObjectIsShorterThanWhereItIsRead() throws IOException {
    put("raw/short", "12");
    assertThat(from("raw/short", 1)).isEqualTo("2");
    assertThat(from("raw/short", 2)).isIn("", "missing");
    assertThat(from("raw/short", 3)).isIn("", "missing");
  }

  private String from(String key, long offset) throws IOException {
    try (InputStream in = staging.open(key, offset)) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (StagingObjectMissing e) {
      return "missing";
    }
  }

  Staging staging() {
    return staging;
  }

  long put(String key, String text) throws IOException {
    return staging.put(key, new ByteArrayInputStream(text.getBytes(UTF_8)));
  }

  String read(String key) throws IOException {
    try (InputStream in = staging.open(key)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  List<String> keys(String prefix) throws IOException {
    return staging.list(prefix).stream().map(StagedObject::key).sorted().toList();
  }

  private void assertMissing(String key) {
    assertThatThrownBy(() -> staging.open(key))
        .isInstanceOf(StagingObjectMissing.class)
        .hasMessageContaining(key);
    assertThatThrownBy(() -> staging.size(key)).isInstanceOf(StagingObjectMissing.class);
  }
}
