package io.sluice.loader;

import io.sluice.core.fate.RetryBatch;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Merge mode (D15): COPY into a temporary table of this connection, then row by row the newer or
 * equal version wins and an older one fills NULLs. Rows of one key inside the batch are applied in
 * the order of their versions, one pass each. Where no key can be stored yet, which is the usual
 * case, a pass is one INSERT; only else stored rows are joined, locked, compared and counted.
 */
final class MergeWriter implements TableWriter {

  private record Profile(long rows, int passes, long withoutKey, Bounds bounds) {}

  /** Of the rows' times, so that other partitions are not looked at. */
  record Bounds(Object first, Object last) {}

  /** What became of a pass's rows that met a stored one. */
  private record Met(long rows, Map<Long, long[]> byFile) {}

  private final TempTables temps;
  private final Set<Integer> used = new HashSet<>();

  MergeWriter(int tempTables) {
    temps = new TempTables(tempTables);
  }

  @Override
  public Counts write(Connection connection, CopyGroup group) throws SQLException {
    MergeSql sql = new MergeSql(group);
    temps.make(connection, group, sql.temp());
    if (!used.add(group.table().id())) {
      Ddl.execute(connection, "delete from " + sql.temp());
    }
    BinaryCopy.copy(connection, sql.temp(), group.columns(), group.segments());
    Profile profile = profile(connection, sql);
    if (profile.withoutKey > 0) {
      throw new SQLException("a column of the key is NULL", "23502");
    }
    if (profile.passes > 1) {
      Ddl.execute(connection, sql.rank());
    }
    Counts counts = group.asLoaded();
    planJoinsByIndex(connection);
    for (int pass = 1; pass <= profile.passes; pass++) {
      pass(connection, sql, profile, pass, counts);
    }
    Ddl.execute(connection, "reset enable_hashjoin; reset enable_mergejoin");
    return counts;
  }

  /** The planner knows nothing of the temporary table; a hash join would read whole partitions. */
  private static void planJoinsByIndex(Connection connection) throws SQLException {
    Ddl.execute(connection, "set local enable_hashjoin = off; set local enable_mergejoin = off");
  }

  private static Profile profile(Connection connection, MergeSql sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql.profile())) {
      row.next();
      Bounds bounds = sql.isTimed() ? new Bounds(time(row, 4), time(row, 5)) : null;
      return new Profile(row.getLong(1), row.getInt(2), row.getLong(3), bounds);
    }
  }

  /** A timestamptz, or the text of another type, which the comparison casts back. */
  private static Object time(ResultSet row, int column) throws SQLException {
    return row.getString(column);
  }

  private static void pass(
      Connection connection, MergeSql sql, Profile profile, int pass, Counts counts)
      throws SQLException {
    boolean ranked = profile.passes > 1;
    long rows = ranked ? count(connection, sql.passRows(), pass) : profile.rows;
    Met met = new Met(0, Map.of());
    if (pass > 1 || mayMeet(connection, sql, profile.bounds)) {
      met = meet(connection, sql, profile.bounds, ranked, pass);
      update(connection, sql, profile.bounds, ranked, pass);
    }
    long inserted = insert(connection, sql, ranked, pass);
    if (inserted + met.rows != rows) {
      throw new RetryBatch("another loader has stored the same keys meanwhile");
    }
    met.byFile.forEach((file, cells) -> giveWay(counts.of(file), cells));
  }

  private static void giveWay(FileCounts file, long[] cells) {
    long collapsed = Math.min(cells[0], file.loaded);
    long replaced = Math.min(cells[1], file.loaded - collapsed);
    file.collapsed += collapsed;
    file.replaced += replaced;
    file.loaded -= collapsed + replaced;
  }

  private static long count(Connection connection, String sql, int pass) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setInt(1, pass);
      try (ResultSet row = query.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  private static boolean mayMeet(Connection connection, MergeSql sql, Bounds bounds)
      throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(sql.mayMeet())) {
      bind(query, bounds, false, 0);
      try (ResultSet row = query.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  private static Met meet(
      Connection connection, MergeSql sql, Bounds bounds, boolean ranked, int pass)
      throws SQLException {
    Map<Long, long[]> byFile = new HashMap<>();
    long rows = 0;
    try (PreparedStatement query = connection.prepareStatement(sql.meet(ranked))) {
      bind(query, bounds, ranked, pass);
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          rows += row.getLong(2);
          byFile.put(row.getLong(1), new long[] {row.getLong(3), row.getLong(4)});
        }
      }
    }
    return new Met(rows, byFile);
  }

  private static void update(
      Connection connection, MergeSql sql, Bounds bounds, boolean ranked, int pass)
      throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(sql.update(ranked))) {
      bind(update, bounds, ranked, pass);
      update.executeUpdate();
    }
  }

  private static long insert(Connection connection, MergeSql sql, boolean ranked, int pass)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(sql.insert(ranked))) {
      bind(insert, null, ranked, pass);
      return insert.executeLargeUpdate();
    }
  }

  private static void bind(PreparedStatement statement, Bounds bounds, boolean ranked, int pass)
      throws SQLException {
    int index = 1;
    if (bounds != null) {
      statement.setObject(index++, bounds.first);
      statement.setObject(index++, bounds.last);
    }
    if (ranked) {
      statement.setInt(index, pass);
    }
  }
}
