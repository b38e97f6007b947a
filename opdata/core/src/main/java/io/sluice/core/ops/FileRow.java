package io.sluice.core.ops;

import io.sluice.core.sql.Sql;
import java.time.Instant;
import java.util.List;

/**
 * A file as the ledger knows it.
 *
 * @param state of {@link FileFilter#STATES}
 * @param stage where it is or where it closed, or null
 * @param reason why it is so; of a loaded file with rejects, how many of each kind and where the
 *     first is
 * @param size in bytes
 * @param parent the archive it is a member of, or null
 * @param closedAt when it last closed, or null
 * @param handling number of the last handling, 0 before the first
 * @param notes what its format was unsure of, a line each, or null
 * @param replays what its replays came to; only where the file was asked for by its id
 */
public record FileRow(
    long id,
    String feed,
    String host,
    String path,
    String state,
    String stage,
    String reason,
    String position,
    String element,
    Instant period,
    Instant foundAt,
    Instant closedAt,
    Instant mtime,
    long size,
    Long parent,
    int handling,
    Counts counts,
    String notes,
    List<Replayed> replays) {

  static final Sql.RowMapper<FileRow> MAPPER = Records.of(FileRow.class);

  public FileRow {
    replays = List.copyOf(replays);
  }

  /**
   * How one replay ended; the counts are in the file's unit.
   *
   * @param reason or null
   */
  public record Replayed(
      int handling,
      Instant endedAt,
      String state,
      String reason,
      long read,
      long loaded,
      long collapsed,
      long replaced,
      long rejected,
      long dead,
      long rows) {}

  /**
   * In the file's unit, rows in rows.
   *
   * @param unit {@code cell} or {@code row}
   */
  public record Counts(
      String unit,
      long read,
      long loaded,
      long collapsed,
      long replaced,
      long rejected,
      long dead,
      long pending,
      long conflicts,
      long rows) {

    /** Whether every unit read is accounted for. */
    public boolean exact() {
      return read == loaded + collapsed + replaced + rejected + dead + pending;
    }
  }

  FileRow with(List<Replayed> history) {
    return new FileRow(
        id, feed, host, path, state, stage, reason, position, element, period, foundAt, closedAt,
        mtime, size, parent, handling, counts, notes, history);
  }
}
