package io.sluice.loader;

import io.sluice.core.chunk.Segment;
import io.sluice.core.ledger.HandleLedger;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.core.work.BatchFile;
import io.sluice.core.work.Batches;
import io.sluice.core.work.Claim;
import io.sluice.core.work.FileCloser;
import io.sluice.core.work.Work;
import io.sluice.loader.check.IdCheck;
import io.sluice.loader.check.TableCheck;
import io.sluice.loader.check.WindowFilter;
import io.sluice.loader.rows.Chunk;
import io.sluice.loader.rows.Counts;
import io.sluice.loader.rows.Counts.Overtaken;
import io.sluice.loader.rows.Rejects;
import io.sluice.loader.rows.RowRange;
import io.sluice.loader.table.Prepared;
import io.sluice.loader.write.BinaryCopy;
import io.sluice.loader.write.CopyGroup;
import io.sluice.loader.write.DirectCopies;
import io.sluice.loader.write.TableWriter;
import io.sluice.loader.write.Writers;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One load transaction (D3): the rows of a chunk and their ledger entries, all or nothing. A batch
 * of one chunk takes thirteen statements, COMMIT included, and one more a table, however many files
 * it has; one more where files were handled again.
 */
final class ChunkLoad {

  /**
   * What was committed.
   *
   * @param files that were still in the batch
   * @param withoutView tables whose view is missing
   */
  record Done(Set<Long> files, Counts counts, Set<Integer> withoutView) {

    static final Done NOTHING = new Done(Set.of(), new Counts(), Set.of());
  }

  private final Claim claim;
  private final Chunk chunk;
  private final boolean last;
  private final Prepared prepared;
  private final LoadSettings settings;
  private final TableWriter writer;
  private final Rejects rejects = new Rejects();
  private final Counts counts = new Counts();

  /**
   * @param last whether the files close with it
   * @param careful the database refused a row of this chunk: find it
   */
  ChunkLoad(
      Claim claim,
      Chunk chunk,
      boolean last,
      Prepared prepared,
      boolean careful,
      DirectCopies direct,
      LoadSettings settings) {
    this.claim = claim;
    this.chunk = chunk;
    this.last = last;
    this.prepared = prepared;
    this.settings = settings;
    this.writer = Writers.of(prepared, rejects, careful, direct, settings.tempTables());
  }

  Done run(Connection connection) throws SQLException {
    settings(connection);
    Set<Long> files = Batches.lock(connection, claim);
    Chunk mine = chunk.only(files);
    List<CopyGroup> groups = CopyGroup.of(rowsInWindow(mine), prepared);
    Set<Integer> withoutView =
        TableCheck.check(
            connection, groups, prepared, settings.ddlLockTimeout(), settings.loadLockTimeout());
    if (!groups.isEmpty()) {
      IdCheck.check(connection, mine.ids());
    }
    for (CopyGroup group : groups) {
      counts.add(writer.write(connection, group));
    }
    copyRejects(connection, mine.rejects());
    rejects.save(connection);
    Marks.insert(connection, mine.heads());
    HandleLedger.forgetEarlier(connection, loadedAgain(mine, files));
    Work.addLoaded(connection, counts.loaded());
    noteOvertaken(connection);
    finish(connection, files);
    return new Done(files, counts, withoutView);
  }

  /**
   * Compiling would take longer than the statements do: each is long, and meets few rows. A limit
   * that the role has for its statements would keep a chunk out for ever, however often it is
   * tried.
   */
  private void settings(Connection connection) throws SQLException {
    Sql.execute(
        connection,
        "set local synchronous_commit = on; set local jit = off; set local statement_timeout = 0; set local lock_timeout = '%dms'"
            .formatted(settings.loadLockTimeout().toMillis()));
  }

  private List<RowRange> rowsInWindow(Chunk mine) {
    WindowFilter window = new WindowFilter(prepared, rejects, counts);
    return mine.rows().stream().flatMap(range -> window.inside(range).stream()).toList();
  }

  /** Those of whose rows this chunk has some, and with the last one those that have none. */
  private List<BatchFile> loadedAgain(Chunk mine, Set<Long> files) {
    Set<Long> withRows = mine.rows().stream().map(RowRange::fileId).collect(Collectors.toSet());
    return claim.files().stream()
        .filter(file -> files.contains(file.id()) && (last || withRows.contains(file.id())))
        .toList();
  }

  private static void copyRejects(Connection connection, List<RowRange> ranges)
      throws SQLException {
    Map<List<?>, List<RowRange>> byColumns = new LinkedHashMap<>();
    for (RowRange range : ranges) {
      byColumns.computeIfAbsent(range.head().columns(), k -> new ArrayList<>()).add(range);
    }
    for (List<RowRange> some : byColumns.values()) {
      Segment head = some.get(0).head();
      BinaryCopy.copy(
          connection,
          SqlNames.qualified("sluice", "reject"),
          SqlNames.list(head.columns().stream().map(column -> column.name()).toList()),
          some,
          List.of());
    }
  }

  /**
   * The files whose rows they were may be anybody's: they are not locked, so nothing is updated.
   */
  private void noteOvertaken(Connection connection) throws SQLException {
    List<Overtaken> rows = counts.overtaken();
    if (!rows.isEmpty()) {
      Sql.update(
          connection,
          "insert into sluice.overtaken (file_id, table_id, rows)"
              + " select * from unnest(?::bigint[], ?::int[], ?::bigint[])",
          Sql.array("bigint", rows, Overtaken::fileId),
          Sql.array("int", rows, Overtaken::tableId),
          Sql.array("bigint", rows, Overtaken::rows));
    }
  }

  private void finish(Connection connection, Collection<Long> files) throws SQLException {
    if (!last) {
      Batches.chunkDone(connection, claim);
      return;
    }
    if (!files.isEmpty()) {
      FileCloser.finishLoaded(connection, files);
    }
    Batches.end(connection, claim);
  }
}
