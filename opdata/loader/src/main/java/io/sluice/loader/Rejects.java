package io.sluice.loader;

import io.sluice.core.ids.FileIds;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rows that the loader refuses: at most 1,000 a file and reason are kept, all are counted (D4). */
final class Rejects {

  private static final int KEPT = 1_000;
  private static final int MAX_BYTES = 1_024;

  private record Reject(ChunkId chunk, String reason, long cells, String message, String raw) {}

  private record Kind(ChunkId chunk, String reason) {}

  private static final class Overflow {
    int rows;
    long cells;
  }

  private final List<Reject> kept = new ArrayList<>();
  private final Map<Kind, Integer> seen = new HashMap<>();
  private final Map<Kind, Overflow> overflow = new HashMap<>();

  /**
   * @param reason short and stable, a metric label
   * @param cells units refused with the row
   */
  void add(ChunkId chunk, String reason, long cells, String message, String raw) {
    Kind kind = new Kind(chunk, reason);
    if (seen.merge(kind, 1, Integer::sum) <= KEPT) {
      kept.add(new Reject(chunk, reason, cells, shortened(message), raw));
      return;
    }
    Overflow more = overflow.computeIfAbsent(kind, k -> new Overflow());
    more.rows++;
    more.cells += cells;
  }

  void save(Connection connection) throws SQLException {
    overflow.forEach(
        (kind, more) ->
            kept.add(
                new Reject(
                    kind.chunk,
                    kind.reason,
                    more.cells,
                    "%d more rows of this chunk; the file's raw bytes are kept"
                        .formatted(more.rows),
                    null)));
    if (kept.isEmpty()) {
      return;
    }
    String sql =
        "insert into sluice.reject (day, file_id, handling, reason, cells, message, raw)"
            + " values (?, ?, ?, ?, ?, ?, ?)";
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      for (Reject reject : kept) {
        insert.setObject(1, FileIds.dayOf(reject.chunk.fileId()));
        insert.setLong(2, reject.chunk.fileId());
        insert.setInt(3, reject.chunk.handling());
        insert.setString(4, reject.reason);
        insert.setLong(5, reject.cells);
        insert.setString(6, reject.message);
        insert.setString(7, reject.raw);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /** Cut to 1 KiB of UTF-8 between characters; NUL, which text cannot hold, becomes a space. */
  static String shortened(String text) {
    String clean = text.replace('\0', ' ');
    byte[] utf8 = clean.getBytes(StandardCharsets.UTF_8);
    if (utf8.length <= MAX_BYTES) {
      return clean;
    }
    int end = MAX_BYTES - 3;
    while ((utf8[end] & 0xC0) == 0x80) {
      end--;
    }
    return new String(utf8, 0, end, StandardCharsets.UTF_8) + "…";
  }
}
