package io.sluice.loader.write;

import io.sluice.loader.rows.CopyRows;
import io.sluice.loader.rows.RowRange;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * COPY FROM STDIN in binary form; see https://www.postgresql.org/docs/current/sql-copy.html,
 * "Binary Format": signature, flags, length of the header's extension, rows, trailer.
 */
public final class BinaryCopy {

  private static final byte[] HEADER =
      "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1);
  private static final byte[] TRAILER = {-1, -1};

  private BinaryCopy() {}

  /**
   * Sends rows.
   *
   * @param table quoted
   * @param columns quoted, separated by commas
   * @param presence with one more field, the bitmap of their presence, NULL where they have all
   */
  public static void copy(
      Connection connection, String table, String columns, List<RowRange> ranges, boolean presence)
      throws SQLException {
    String sql = "copy %s (%s) from stdin (format binary)".formatted(table, columns);
    CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
    try {
      copy.writeToCopy(HEADER, 0, HEADER.length);
      if (presence) {
        sendWithPresence(copy, ranges);
      } else {
        send(copy, ranges);
      }
      copy.writeToCopy(TRAILER, 0, TRAILER.length);
      long expected = ranges.stream().mapToLong(RowRange::rows).sum();
      checkRows(table, expected, copy.endCopy());
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  /** Ranges that follow each other in memory go as one. */
  private static void send(CopyIn copy, List<RowRange> ranges) throws SQLException {
    int from = 0;
    for (int i = 1; i <= ranges.size(); i++) {
      if (i == ranges.size() || !ranges.get(i - 1).touches(ranges.get(i))) {
        RowRange first = ranges.get(from);
        RowRange last = ranges.get(i - 1);
        copy.writeToCopy(
            first.bytes(), first.offset(), last.offset() + last.length() - first.offset());
        from = i;
      }
    }
  }

  private static void sendWithPresence(CopyIn copy, List<RowRange> ranges) throws SQLException {
    for (RowRange range : ranges) {
      byte[] wider = withPresence(range);
      copy.writeToCopy(wider, 0, wider.length);
    }
  }

  private static byte[] withPresence(RowRange range) {
    int presence = range.head().presence();
    CopyRows rows = new CopyRows(range, null);
    ByteBuffer wider = ByteBuffer.allocate(range.length() + range.rows() * (4 + presence));
    for (int row = 0; row < range.rows(); row++) {
      int start = rows.start(row);
      ByteBuffer fields = ByteBuffer.wrap(range.bytes());
      wider.putShort((short) (fields.getShort(start) + 1));
      wider.put(range.bytes(), start + 2, rows.start(row + 1) - start - 2);
      if (presence == 0) {
        wider.putInt(-1);
      } else {
        wider.putInt(presence).put(range.bytes(), range.presenceOf(row), presence);
      }
    }
    return wider.array();
  }

  private static void checkRows(String table, long expected, long copied) {
    if (copied != expected) {
      throw new IllegalStateException(
          "%s took %d rows where the chunks claim %d".formatted(table, copied, expected));
    }
  }
}
