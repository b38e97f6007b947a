package io.sluice.loader.write;

import io.sluice.core.fate.RetryBatch;
import io.sluice.core.sql.Sql;
import io.sluice.loader.rows.Counts;
import io.sluice.loader.rows.FileCounts;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Merge mode (D15): COPY into a temporary table of this connection, then row by row the newer or
 * equal version wins and an older one fills NULLs. Rows of one key inside the chunk are applied in
 * the order of their versions, whatever columns they have, one pass each. Where no key can be
 * stored yet, which is the usual case, a pass is one INSERT; only else stored rows are joined,
 * locked, compared and counted.
 */
final class MergeWriter implements TableWriter {

  private record Profile(long rows, int passes, long withoutKey, Bounds bounds) {}

  /**
   * Of the rows' times, as text that the comparison casts back: so that other partitions are not
   * looked at.
   */
  record Bounds(String first, String last) {}

  /** Rows of a file that met stored rows of one file, which may be the same. */
  private record Met(
      long fileId, long stored, long rows, long collapsed, long replaced, long overtaking) {

    static Met read(ResultSet row) throws SQLException {
      return new Met(
          row.getLong(1),
          row.getLong(2),
          row.getLong(3),
          row.getLong(4),
          row.getLong(5),
          row.getLong(6));
    }
  }

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
      Sql.execute(connection, "delete from " + sql.temp());
    }
    group.copyTo(connection, sql.temp(), group.hasPresence());
    Profile profile = profile(connection, sql);
    if (profile.withoutKey > 0) {
      throw new SQLException("a column of the key is NULL", "23502");
    }
    if (profile.passes > 1) {
      Sql.execute(connection, sql.rank());
    }
    Counts counts = group.asLoaded();
    planJoinsByIndex(connection);
    for (int pass = 1; pass <= profile.passes; pass++) {
      pass(connection, group, sql, profile, pass, counts);
    }
    Sql.execute(connection, "reset enable_hashjoin; reset enable_mergejoin");
    return counts;
  }

  /** The planner knows nothing of the temporary table; a hash join would read whole partitions. */
  private static void planJoinsByIndex(Connection connection) throws SQLException {
    Sql.execute(connection, "set local enable_hashjoin = off; set local enable_mergejoin = off");
  }

  private static Profile profile(Connection connection, MergeSql sql) throws SQLException {
    return Sql.one(
        connection,
        sql.profile(),
        row ->
            new Profile(
                row.getLong(1),
                row.getInt(2),
                row.getLong(3),
                sql.isTimed() ? new Bounds(row.getString(4), row.getString(5)) : null));
  }

  private static void pass(
      Connection connection,
      CopyGroup group,
      MergeSql sql,
      Profile profile,
      int pass,
      Counts counts)
      throws SQLException {
    boolean ranked = profile.passes > 1;
    long rows =
        ranked ? Sql.one(connection, sql.passRows(), row -> row.getLong(1), pass) : profile.rows;
    List<Met> met = List.of();
    if (pass > 1 || Sql.exists(connection, sql.mayMeet(), values(profile.bounds, false, 0))) {
      met = Sql.list(connection, sql.meet(ranked), Met::read, values(profile.bounds, ranked, pass));
      Sql.update(connection, sql.update(ranked), values(profile.bounds, ranked, pass));
    }
    long inserted = Sql.update(connection, sql.insert(ranked), values(null, ranked, pass));
    if (inserted + met.stream().mapToLong(Met::rows).sum() != rows) {
      throw new RetryBatch("another loader has stored the same keys meanwhile");
    }
    Set<Long> again = pass == 1 ? group.filesHandledAgain() : Set.of();
    met.forEach(m -> count(m, group.table().id(), again, counts));
  }

  /** A row that an earlier handling of the file stored is the file's still: nothing gives way. */
  private static void count(Met met, int table, Set<Long> again, Counts counts) {
    boolean own = met.stored == met.fileId;
    if (own && again.contains(met.fileId)) {
      return;
    }
    long taken = own ? 0 : met.overtaking;
    FileCounts file = counts.of(met.fileId);
    file.gaveWay(met.collapsed, met.replaced);
    file.owns(table, taken - met.rows);
    if (taken > 0 && met.stored > 0) { // rows of a user's own have no file
      counts.overtaken().add(new Counts.Overtaken(met.stored, table, taken));
    }
  }

  /** What the statements take, in this order. */
  private static Object[] values(Bounds bounds, boolean ranked, int pass) {
    List<Object> values = new ArrayList<>();
    if (bounds != null) {
      values.add(bounds.first);
      values.add(bounds.last);
    }
    if (ranked) {
      values.add(pass);
    }
    return values.toArray();
  }
}
