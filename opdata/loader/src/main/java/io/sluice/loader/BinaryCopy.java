package io.sluice.loader;

import io.sluice.core.chunk.Column;
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
final class BinaryCopy {

  private static final byte[] HEADER =
      "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1);
  private static final byte[] TRAILER = {-1, -1};

  private BinaryCopy() {}

  /**
   * Sends the rows of the segments.
   *
   * @param table quoted
   */
  static void copy(
      Connection connection, String table, List<Column> columns, List<SegmentData> segments)
      throws SQLException {
    String sql =
        "copy %s (%s) from stdin (format binary)"
            .formatted(table, TableMaker.names(columns.stream().map(Column::name).toList()));
    CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
    long expected = 0;
    try {
      copy.writeToCopy(HEADER, 0, HEADER.length);
      for (SegmentData segment : segments) {
        segment.copyTo(copy);
        expected += segment.rows();
      }
      copy.writeToCopy(TRAILER, 0, TRAILER.length);
      checkRows(table, expected, copy.endCopy());
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  private static void checkRows(String table, long expected, long copied) {
    if (copied != expected) {
      throw new IllegalStateException(
          "%s took %d rows where the chunks claim %d".formatted(table, copied, expected));
    }
  }
}
