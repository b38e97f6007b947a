package io.sluice.loader.write;

import io.sluice.core.chunk.Column;
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
   * @param ranges of one column list
   * @param presence the columns that a bitmap in one more field speaks of, NULL where rows have
   *     them all; empty without that field
   */
  public static void copy(
      Connection connection,
      String table,
      String columns,
      List<RowRange> ranges,
      List<Column> presence)
      throws SQLException {
    String sql = "copy %s (%s) from stdin (format binary)".formatted(table, columns);
    CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
    try {
      copy.writeToCopy(HEADER, 0, HEADER.length);
      if (presence.isEmpty()) {
        send(copy, ranges);
      } else {
        sendWithPresence(copy, ranges, presence);
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

  private static void sendWithPresence(CopyIn copy, List<RowRange> ranges, List<Column> columns)
      throws SQLException {
    List<Column> own = ranges.get(0).head().columns();
    boolean same = own.equals(columns);
    int[] places = same ? new int[0] : own.stream().mapToInt(columns::indexOf).toArray();
    for (RowRange range : ranges) {
      int presence = same ? range.head().presence() : (columns.size() + 7) / 8;
      byte[] wider = withPresence(range, presence, places);
      copy.writeToCopy(wider, 0, wider.length);
    }
  }

  /**
   * @param presence bytes of each bitmap, 0 where rows have all fields
   * @param places of the rows' fields in the bitmaps; none where the rows' own bitmaps serve
   */
  private static byte[] withPresence(RowRange range, int presence, int[] places) {
    CopyRows rows = new CopyRows(range, null);
    ByteBuffer wider = ByteBuffer.allocate(range.length() + range.rows() * (4 + presence));
    for (int row = 0; row < range.rows(); row++) {
      int start = rows.start(row);
      ByteBuffer fields = ByteBuffer.wrap(range.bytes());
      wider.putShort((short) (fields.getShort(start) + 1));
      wider.put(range.bytes(), start + 2, rows.start(row + 1) - start - 2);
      if (presence == 0) {
        wider.putInt(-1);
      } else if (places.length == 0) {
        wider.putInt(presence).put(range.bytes(), range.presenceOf(row), presence);
      } else {
        wider.putInt(presence).put(bitmap(range, row, presence, places));
      }
    }
    return wider.array();
  }

  private static byte[] bitmap(RowRange range, int row, int presence, int[] places) {
    byte[] bitmap = new byte[presence];
    for (int field = 0; field < places.length; field++) {
      if (range.isPresent(row, field)) {
        bitmap[places[field] / 8] |= (byte) (1 << places[field] % 8);
      }
    }
    return bitmap;
  }

  private static void checkRows(String table, long expected, long copied) {
    if (copied != expected) {
      throw new IllegalStateException(
          "%s took %d rows where the chunks claim %d".formatted(table, copied, expected));
    }
  }
}
