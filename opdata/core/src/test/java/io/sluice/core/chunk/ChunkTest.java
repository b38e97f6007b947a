package io.sluice.core.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ChunkTest {

  private static final byte[] PRESENCE = {1, 2, 3, 4, 5, 6};

  private static Segment head(int table, CopyBuffer payload) {
    return new Segment(
        table,
        "pm",
        "nr\"cell",
        List.of(new Column("a", PgType.FLOAT8), new Column("_file", PgType.INT8)),
        2,
        7,
        List.of(0),
        List.of(1_000_000L),
        List.of(new long[] {5, 3}),
        payload.size(),
        table == 2 ? 3 : 0,
        List.of(new Segment.Run(42, 3, 2, 7, payload.size())));
  }

  private static CopyBuffer presence(byte[] bitmaps) {
    CopyBuffer presence = new CopyBuffer(16);
    presence.append(bitmaps, 0, bitmaps.length);
    return presence;
  }

  private static byte[] chunk() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ChunkWriter writer = new ChunkWriter(bytes, 42L, 1)) {
      for (int table = 1; table <= 2; table++) {
        CopyBuffer rows = new CopyBuffer(16);
        for (int i = 0; i < 1000 * table; i++) {
          rows.row(2);
          rows.putDouble(i);
          rows.putLong(42);
        }
        writer.segment(head(table, rows), rows, presence(table == 2 ? PRESENCE : new byte[0]));
      }
      writer.ids(new UsedIds("pm", "dim_element", Map.of(7, new UUID(1, 2))));
    }
    return bytes.toByteArray();
  }

  @Test
  void readsWhatWasWritten() throws IOException {
    try (ChunkReader reader = new ChunkReader(new ByteArrayInputStream(chunk()))) {
      assertThat(reader.token()).isEqualTo(42);
      assertThat(reader.chunk()).isEqualTo(1);
      Segment first = reader.next();
      assertThat(first.table()).isEqualTo("nr\"cell");
      assertThat(first.columns()).contains(new Column("a", PgType.FLOAT8));
      assertThat(first.marks().get(0)).containsExactly(5, 3);
      assertThat(reader.payload()).hasSize((int) first.bytes());
      Segment second = reader.next();
      assertThat(second.tableId()).isEqualTo(2);
      byte[] payload = reader.payload();
      assertThat(Arrays.copyOfRange(payload, (int) second.bytes(), payload.length))
          .isEqualTo(PRESENCE);
      assertThat(reader.next()).isNull();
      assertThat(reader.ids())
          .containsExactly(new UsedIds("pm", "dim_element", Map.of(7, new UUID(1, 2))));
    }
  }

  @Test
  void refusesPresence_thatDoesNotFitTheRows() throws IOException {
    try (ChunkWriter writer = new ChunkWriter(new ByteArrayOutputStream(), 42L, 1)) {
      CopyBuffer rows = new CopyBuffer(16);
      assertThatThrownBy(() -> writer.segment(head(2, rows), rows, presence(new byte[5])))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("5 of presence");
    }
  }

  @Test
  void skipsAPayload_whenItIsNotRead() throws IOException {
    try (ChunkReader reader = new ChunkReader(new ByteArrayInputStream(chunk()))) {
      reader.next();
      assertThat(reader.next().tableId()).isEqualTo(2);
    }
  }

  @Test
  void saysSo_whenCutOffAnywhere() throws IOException {
    byte[] whole = chunk();
    for (int length : new int[] {3, 19, 30, 5000, whole.length - 9, whole.length - 1}) {
      assertThatThrownBy(() -> readAll(Arrays.copyOf(whole, length)))
          .as("cut at " + length)
          .isInstanceOf(EOFException.class);
    }
  }

  @Test
  void saysSo_whenItIsNoChunk() {
    assertThatThrownBy(
            () ->
                readAll(
                    "<measCollecFile>".repeat(9).getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a chunk");
  }

  private static void readAll(byte[] bytes) throws IOException {
    try (ChunkReader reader = new ChunkReader(new ByteArrayInputStream(bytes))) {
      for (Segment head = reader.next(); head != null; head = reader.next()) {
        reader.payload();
      }
    }
  }
}
