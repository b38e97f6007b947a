package io.sluice.loader.rows;

import io.sluice.core.ids.FileIds;
import io.sluice.core.sql.Sql;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rows that the loader refuses: at most 1,000 a file and reason are kept, all are counted (D4). */
public final class Rejects {

  private static final int KEPT = 1_000;
  private static final int MAX_BYTES = 1_024;

  private record Reject(Kind kind, long cells, String message, String raw) {}

  private record Kind(long fileId, int handling, String reason) {}

  private final List<Reject> kept = new ArrayList<>();
  private final Map<Kind, Integer> seen = new HashMap<>();
  private final Map<Kind, Long> overflow = new HashMap<>();

  /**
   * @param reason short and stable, a metric label
   * @param cells units refused with the row
   */
  public void add(RowRange rows, String reason, long cells, String message, String raw) {
    Kind kind = new Kind(rows.fileId(), rows.handling(), reason);
    if (seen.merge(kind, 1, Integer::sum) <= KEPT) {
      kept.add(new Reject(kind, cells, shortened(message), raw));
    } else {
      overflow.merge(kind, cells, Long::sum);
    }
  }

  /** Writes them down, in one statement. */
  public void save(Connection connection) throws SQLException {
    overflow.forEach(
        (kind, cells) -> {
          int rows = seen.get(kind) - KEPT;
          String message =
              "%d more rows of this chunk; the file's raw bytes are kept".formatted(rows);
          kept.add(new Reject(kind, cells, message, null));
        });
    if (kept.isEmpty()) {
      return;
    }
    Sql.update(
        connection,
        """
        insert into sluice.reject (day, file_id, handling, reason, cells, message, raw)
        select * from unnest(?::date[], ?::bigint[], ?::int[], ?::text[], ?::bigint[], ?::text[], ?::text[])
        """,
        Sql.array("date", kept, r -> FileIds.dayOf(r.kind.fileId)),
        Sql.array("bigint", kept, r -> r.kind.fileId),
        Sql.array("int", kept, r -> r.kind.handling),
        Sql.array("text", kept, r -> r.kind.reason),
        Sql.array("bigint", kept, Reject::cells),
        Sql.array("text", kept, Reject::message),
        Sql.array("text", kept, Reject::raw));
  }

  /** Cut to 1 KiB of UTF-8 between characters; NUL, which text cannot hold, becomes a space. */
  public static String shortened(String text) {
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
