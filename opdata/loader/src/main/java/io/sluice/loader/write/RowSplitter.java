package io.sluice.loader.write;

import io.sluice.core.fate.Fate;
import io.sluice.core.fate.SqlFates;
import io.sluice.loader.rows.CopyRows;
import io.sluice.loader.rows.Counts;
import io.sluice.loader.rows.Rejects;
import io.sluice.loader.rows.RowRange;
import io.sluice.loader.table.StaleTables;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Comparator;
import java.util.List;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Finds the rows that the database refuses by halving, each try inside a savepoint; those become
 * rejects, all others are written (D4). One bad row among n costs about log2(n) tries.
 */
final class RowSplitter implements TableWriter {

  private final TableWriter writer;
  private final Rejects rejects;

  RowSplitter(TableWriter writer, Rejects rejects) {
    this.writer = writer;
    this.rejects = rejects;
  }

  @Override
  public Counts write(Connection connection, CopyGroup group) throws SQLException {
    Savepoint before = connection.setSavepoint();
    try {
      Counts counts = writer.write(connection, group);
      connection.releaseSavepoint(before);
      return counts;
    } catch (SQLException e) {
      boolean stale = group.table().made() && StaleTables.lacksPartition(e);
      if (SqlFates.of(e) != Fate.SPLIT || stale) {
        throw e;
      }
      connection.rollback(before);
      connection.releaseSavepoint(before);
      return split(connection, group, e);
    }
  }

  private Counts split(Connection connection, CopyGroup group, SQLException cause)
      throws SQLException {
    List<RowRange> ranges = byVersion(group);
    int half = ranges.size() / 2;
    if (half > 0) {
      return both(
          connection,
          CopyGroup.of(group.table(), ranges.subList(0, half)),
          CopyGroup.of(group.table(), ranges.subList(half, ranges.size())));
    }
    RowRange range = ranges.get(0);
    CopyRows rows = group.look(range);
    if (rows.count() <= 1) {
      return reject(range, rows, cause);
    }
    int middle = rows.count() / 2;
    RowRange first = rows.slice(0, middle);
    RowRange second = rows.slice(middle, rows.count(), range.cells() - first.cells());
    return both(
        connection,
        CopyGroup.of(group.table(), List.of(first)),
        CopyGroup.of(group.table(), List.of(second)));
  }

  /** What is written in parts is merged in the order of its versions, too. */
  private static List<RowRange> byVersion(CopyGroup group) {
    return group.ranges().stream().sorted(Comparator.comparingLong(RowRange::version)).toList();
  }

  private Counts both(Connection connection, CopyGroup first, CopyGroup second)
      throws SQLException {
    Counts counts = write(connection, first);
    counts.add(write(connection, second));
    return counts;
  }

  private Counts reject(RowRange range, CopyRows rows, SQLException cause) {
    String text = rows.count() == 0 ? "" : rows.text(0);
    rejects.add(range, reason(cause), range.cells(), message(range, cause), text);
    Counts counts = new Counts();
    counts.of(range.fileId()).rejected += range.cells();
    return counts;
  }

  private static String reason(SQLException cause) {
    return cause.getSQLState().startsWith("23") ? "constraint" : "value";
  }

  private static String message(RowRange range, SQLException cause) {
    String text = cause.getMessage();
    if (cause instanceof PSQLException refusal && refusal.getServerErrorMessage() != null) {
      ServerErrorMessage server = refusal.getServerErrorMessage();
      text = server.getMessage() + (server.getDetail() == null ? "" : ": " + server.getDetail());
    }
    return "%s.%s rejected the row: %s (SQLSTATE %s)"
        .formatted(range.head().schema(), range.head().table(), text, cause.getSQLState());
  }
}
