package io.sluice.loader;

import io.sluice.core.chunk.Segment;
import io.sluice.core.ledger.FileCloser;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.sql.SqlNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** One load transaction (D3): the rows of a batch and their ledger entries, all or nothing. */
final class BatchLoad {

  /** What was committed. */
  record Done(Set<ChunkId> loaded, Counts counts, List<WorkMessage> settle) {}

  static final String DEAD_REASON = "chunks are dead, see: sluice dead list";

  private final List<LoadedChunk> chunks;
  private final Prepared prepared;
  private final boolean careful;
  private final LoadSettings settings;
  private final Rejects rejects = new Rejects();
  private final Counts counts = new Counts();

  /**
   * @param careful the database refused a row of this batch: find it
   */
  BatchLoad(List<LoadedChunk> chunks, Prepared prepared, boolean careful, LoadSettings settings) {
    this.chunks = chunks;
    this.prepared = prepared;
    this.careful = careful;
    this.settings = settings;
  }

  Done run(Connection connection) throws SQLException {
    timeouts(connection, settings.loadLockTimeout());
    List<LoadedChunk> mine = claim(connection);
    if (mine.isEmpty()) {
      return new Done(Set.of(), counts, List.of());
    }
    List<CopyGroup> groups = CopyGroup.of(rowsInWindow(mine), prepared);
    TableCheck.check(connection, groups, prepared);
    write(connection, groups);
    copyRejects(connection, mine);
    rejects.save(connection);
    LoadLedger.mark(connection, marks(mine));
    List<WorkMessage> settle = finish(connection);
    return new Done(mine.stream().map(LoadedChunk::id).collect(Collectors.toSet()), counts, settle);
  }

  private static void timeouts(Connection connection, Duration lockTimeout) throws SQLException {
    Ddl.execute(
        connection,
        "set local lock_timeout = '%dms'; set local synchronous_commit = on"
            .formatted(lockTimeout.toMillis()));
  }

  /** Of the batch, what is still to be loaded; the files stay locked until the commit. */
  private List<LoadedChunk> claim(Connection connection) throws SQLException {
    Set<Long> files = new TreeSet<>();
    chunks.forEach(c -> files.add(c.id().fileId()));
    Map<Long, Integer> current = LoadLedger.lockFiles(connection, files);
    List<ChunkId> wanted =
        chunks.stream()
            .map(LoadedChunk::id)
            .filter(id -> Integer.valueOf(id.handling()).equals(current.get(id.fileId())))
            .toList();
    Set<ChunkId> claimed = LoadLedger.claim(connection, wanted, "loaded", null);
    List<LoadedChunk> mine = chunks.stream().filter(c -> claimed.contains(c.id())).toList();
    mine.forEach(c -> counts.of(c.id().fileId()).chunks++);
    return mine;
  }

  private List<SegmentData> rowsInWindow(List<LoadedChunk> mine) {
    WindowFilter window = new WindowFilter(prepared, rejects, counts);
    return mine.stream()
        .flatMap(c -> c.segments().stream())
        .filter(s -> s.head().tableId() != Segment.REJECTS)
        .flatMap(s -> window.inside(s).stream())
        .toList();
  }

  private void write(Connection connection, List<CopyGroup> groups) throws SQLException {
    MergeWriter merge = new MergeWriter(settings.tempTables());
    TableWriter direct =
        (c, group) -> group.merges() ? merge.write(c, group) : TableWriter.append(c, group);
    TableWriter writer = careful ? new RowSplitter(direct, rejects) : direct;
    for (CopyGroup group : groups) {
      counts.add(writer.write(connection, group));
    }
  }

  private static void copyRejects(Connection connection, List<LoadedChunk> mine)
      throws SQLException {
    Map<List<?>, List<SegmentData>> byColumns = new HashMap<>();
    for (LoadedChunk chunk : mine) {
      for (SegmentData segment : chunk.segments()) {
        if (segment.head().tableId() == Segment.REJECTS && segment.rows() > 0) {
          byColumns.computeIfAbsent(segment.head().columns(), k -> new ArrayList<>()).add(segment);
        }
      }
    }
    for (List<SegmentData> segments : byColumns.values()) {
      BinaryCopy.copy(
          connection,
          SqlNames.qualified("sluice", "reject"),
          segments.get(0).head().columns(),
          segments);
    }
  }

  private static Collection<Mark> marks(List<LoadedChunk> mine) {
    return mine.stream()
        .flatMap(c -> c.segments().stream())
        .map(SegmentData::head)
        .flatMap(h -> h.marks().stream().map(m -> new Mark(h.tableId(), m[0], (int) m[1])))
        .distinct()
        .toList();
  }

  private List<WorkMessage> finish(Connection connection) throws SQLException {
    return close(connection, LoadLedger.addCounts(connection, counts));
  }

  /**
   * Closes complete files.
   *
   * @param complete by file id, whether chunks of it are dead
   */
  static List<WorkMessage> close(Connection connection, Map<Long, Boolean> complete)
      throws SQLException {
    List<WorkMessage> settle = new ArrayList<>();
    List<Long> whole = new ArrayList<>();
    for (Map.Entry<Long, Boolean> file : new java.util.TreeMap<>(complete).entrySet()) {
      if (!file.getValue()) {
        whole.add(file.getKey());
        continue;
      }
      LoadLedger.restIsDead(connection, file.getKey());
      settle.addAll(
          FileCloser.close(
              connection, file.getKey(), FileCloser.End.DEAD, Stage.LOAD, DEAD_REASON, null));
    }
    if (!whole.isEmpty()) {
      settle.addAll(FileCloser.finishLoaded(connection, whole));
    }
    return settle;
  }
}
