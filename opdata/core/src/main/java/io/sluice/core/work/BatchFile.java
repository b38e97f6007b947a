package io.sluice.core.work;

import io.sluice.core.sql.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/**
 * A file of a claimed batch.
 *
 * @param host the system that holds it
 * @param path on the host; a member of an archive is {@code archive!/member}
 * @param size in bytes, as listed
 * @param mtime as listed, to the microsecond
 * @param parent ledger id of the archive it is a member of
 * @param settle whether the source wants an action once the rows are committed
 * @param checksum SHA-256 of its bytes, once they were staged
 * @param raw where its bytes lie, once they were staged
 * @param handling number of its handling, this one included once it is being handled
 * @param attempts at this stage before this batch
 * @param reason what the ledger says of it, or null
 * @param paused whether a person has paused its feed or host
 */
public record BatchFile(
    long id,
    String host,
    String path,
    long size,
    Instant mtime,
    Optional<Long> parent,
    boolean settle,
    Optional<Checksum> checksum,
    Optional<RawPlace> raw,
    int handling,
    int attempts,
    String reason,
    boolean paused) {

  static final String COLUMNS =
      "w.file_id, w.host, w.path, w.size, w.mtime, w.parent, w.settle, w.checksum, w.pack,"
          + " w.pack_offset, w.handling, w.attempts, w.reason,"
          + " exists (select from sluice.pause p where p.feed = w.feed and p.host in ('', w.host))"
          + " as paused";

  static BatchFile read(ResultSet row) throws SQLException {
    Long pack = row.getObject("pack", Long.class);
    return new BatchFile(
        row.getLong("file_id"),
        row.getString("host"),
        row.getString("path"),
        row.getLong("size"),
        Sql.instant(row, "mtime"),
        Optional.ofNullable(row.getObject("parent", Long.class)),
        row.getBoolean("settle"),
        Optional.ofNullable(row.getBytes("checksum")).map(Checksum::of),
        pack == null
            ? Optional.empty()
            : Optional.of(new RawPlace(pack, row.getLong("pack_offset"))),
        row.getInt("handling"),
        row.getInt("attempts"),
        row.getString("reason"),
        row.getBoolean("paused"));
  }

  /** A member of this archive, on its way into the ledger. */
  public BatchFile member(long memberId, String memberPath) {
    return new BatchFile(
        memberId,
        host,
        memberPath,
        0,
        mtime,
        Optional.of(id),
        false,
        Optional.empty(),
        Optional.empty(),
        0,
        0,
        null,
        false);
  }

  /**
   * Orders the contents of one key in merge mode: the source's mtime in microseconds since 1970.
   */
  public long version() {
    return mtime.getEpochSecond() * 1_000_000L + mtime.getNano() / 1000;
  }
}
