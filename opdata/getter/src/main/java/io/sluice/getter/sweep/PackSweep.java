package io.sluice.getter.sweep;

import io.sluice.core.ids.FileIds;
import io.sluice.core.ids.Tokens;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.DamagedPack;
import io.sluice.core.staging.Deleted;
import io.sluice.core.staging.PackWriter;
import io.sluice.core.staging.Packs;
import io.sluice.core.staging.RawIdentity;
import io.sluice.core.staging.StagedObject;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingFull;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.staging.StagingObjectMissing;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes packs, except those with files in flight. The bytes of files that had rejects are copied
 * into a pack of their own first, while they are to be kept.
 */
final class PackSweep {

  private static final Logger log = LoggerFactory.getLogger(PackSweep.class);
  private static final int BUFFER = 64 << 10;

  /** What the ledger knows of a file whose bytes lie in the pack. */
  private record Fate(boolean open, boolean rejects) {}

  private static final String FATES =
      """
      select f.id, w.file_id is not null as open,
             f.rejected > 0 or f.state in ('rejected', 'dead') as rejects
      from sluice.file f left join sluice.work w on w.file_id = f.id
      where f.id = any (?) and f.day = any (?) and coalesce(w.pack, f.pack) = ?
      """;

  private final Transactions transactions;
  private final Staging staging;

  PackSweep(Transactions transactions, Staging staging) {
    this.transactions = transactions;
    this.staging = staging;
  }

  /**
   * @param keepRejects whether the bytes of files with rejects are to stay
   */
  Deleted sweep(StagedObject pack, boolean keepRejects) throws IOException {
    List<RawIdentity> index;
    try {
      index = Packs.index(staging, pack.key());
    } catch (StagingObjectMissing e) {
      return Deleted.NOTHING;
    } catch (DamagedPack e) {
      return sweepDamaged(pack, keepRejects, e);
    }
    long token = StagingKeys.token(pack.key());
    Map<Long, Fate> fates = fates(index, token);
    if (fates.values().stream().anyMatch(Fate::open)) {
      return Deleted.NOTHING;
    }
    List<RawIdentity> kept =
        index.stream()
            .filter(file -> keepRejects && fates.containsKey(file.fileId()))
            .filter(file -> fates.get(file.fileId()).rejects)
            .toList();
    if (!kept.isEmpty() && kept.size() == index.size()) {
      return Deleted.NOTHING;
    }
    try {
      long copied = kept.isEmpty() ? 0 : copyOut(pack.key(), token, kept);
      staging.delete(List.of(pack.key()));
      return new Deleted(1, pack.size() - copied);
    } catch (StagingFull e) {
      log.warn(
          "no room to copy rejected files out of a pack: {}; other packs are deleted first",
          e.getMessage());
      return Deleted.NOTHING;
    }
  }

  /** Nobody can read it; a person may want to look at it. */
  private Deleted sweepDamaged(StagedObject pack, boolean keep, DamagedPack why)
      throws IOException {
    if (keep) {
      log.warn("{}; it is kept as long as files with rejects", why.getMessage());
      return Deleted.NOTHING;
    }
    staging.delete(List.of(pack.key()));
    return new Deleted(1, pack.size());
  }

  private Map<Long, Fate> fates(List<RawIdentity> index, long token) {
    List<Long> ids = index.stream().map(RawIdentity::fileId).toList();
    Map<Long, Fate> fates = new HashMap<>();
    transactions.ledger(
        c ->
            Sql.list(
                c,
                FATES,
                row ->
                    fates.put(
                        row.getLong("id"),
                        new Fate(row.getBoolean("open"), row.getBoolean("rejects"))),
                Sql.longs(ids),
                FileIds.days(ids),
                token));
    return fates;
  }

  /** Into a pack of the same hour, so that its age stays what it is. */
  private long copyOut(String key, long token, List<RawIdentity> files) throws IOException {
    String feed = key.split("/", -1)[1];
    long fresh =
        Tokens.of(
            Tokens.hour(token),
            transactions.ledger(
                c -> Sql.one(c, "select nextval('sluice.token_seq')", row -> row.getLong(1))));
    try (PackWriter pack = new PackWriter(staging, feed, fresh)) {
      byte[] buffer = new byte[BUFFER];
      for (RawIdentity file : files) {
        RawIdentity moved = file.at(pack.position());
        try (InputStream in = Packs.open(staging, key, file.offset(), file.size())) {
          for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            pack.write(buffer, 0, count);
          }
        }
        pack.add(moved);
      }
      pack.commit();
      pointTo(pack.files(), token, fresh);
      log.debug("kept {} files with rejects of pack {} in {}", files.size(), token, fresh);
      return pack.position();
    }
  }

  private void pointTo(List<RawIdentity> files, long from, long to) {
    String sql =
        """
        update sluice.file f set pack = ?, pack_offset = n.pack_offset
        from unnest(?::bigint[], ?::bigint[]) as n (id, pack_offset)
        where f.id = n.id and f.day = any (?) and f.pack = ?
        """;
    transactions.durable(
        c ->
            Sql.update(
                c,
                sql,
                to,
                Sql.array("bigint", files, RawIdentity::fileId),
                Sql.array("bigint", files, RawIdentity::offset),
                FileIds.days(files.stream().map(RawIdentity::fileId).toList()),
                from));
  }
}
