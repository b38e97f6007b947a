package io.sluice.core.ledger;

import io.sluice.core.ids.FileIds;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.core.work.BatchFile;
import io.sluice.core.work.Batches;
import io.sluice.core.work.Claim;
import io.sluice.core.work.DeadFile;
import io.sluice.core.work.FileCloser;
import io.sluice.core.work.FileCloser.End;
import io.sluice.core.work.FileCloser.Ending;
import io.sluice.core.work.HandledFile;
import io.sluice.core.work.Leaving;
import io.sluice.core.work.Work;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Records what a handling made of a batch, in one transaction. */
public final class HandleLedger {

  /**
   * What a handling made of the files of a batch.
   *
   * @param handled read, with their rows in the staged chunks
   * @param rejected files that no repetition can read
   * @param leaving files that are parked, fetched again, or tried again
   * @param dead files that are given up
   * @param chunks staged under the claim's token
   */
  public record Handling(
      List<HandledFile> handled,
      List<Rejected> rejected,
      List<Leaving> leaving,
      List<DeadFile> dead,
      int chunks) {

    public Handling {
      handled = List.copyOf(handled);
      rejected = List.copyOf(rejected);
      leaving = List.copyOf(leaving);
      dead = List.copyOf(dead);
    }
  }

  /**
   * A file that closes as rejected.
   *
   * @param reason short and stable
   * @param position where in the file, may be empty
   * @param raw what the file said there, or null
   */
  public record Rejected(
      BatchFile file, String reason, String position, String message, String raw) {}

  /**
   * What was recorded.
   *
   * @param current files whose rows are to be loaded
   * @param replaced files that closed because a newer version is handled
   * @param next the message to publish; without one, what was staged is not needed
   */
  public record Recorded(Set<Long> current, Set<Long> replaced, Optional<WorkMessage> next) {}

  private final Transactions transactions;

  public HandleLedger(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * Makes the handling the current one of its files: after it, and only after it, its chunks may be
   * loaded. Rows of earlier handlings and, where the target appends, of earlier versions are
   * deleted and marked here.
   *
   * @param append whether the feed's target appends; with merge the newer version wins row by row
   * @param zone of the feed, for rows whose time has none
   * @throws io.sluice.core.work.LostClaim when another worker has taken over
   * @throws RowsRemain when earlier rows could not be deleted
   */
  public Recorded record(Claim claim, Handling handling, boolean append, ZoneId zone) {
    Set<Long> others = new HashSet<>();
    Optional<Recorded> recorded = Optional.empty();
    while (recorded.isEmpty()) {
      recorded = transactions.ledger(c -> record(c, claim, handling, append, zone, others));
    }
    return recorded.get();
  }

  /** The same for a feed whose times have a zone, or that merges. */
  public Recorded record(Claim claim, Handling handling, boolean append) {
    return record(claim, handling, append, ZoneOffset.UTC);
  }

  private static Optional<Recorded> record(
      Connection connection,
      Claim claim,
      Handling handling,
      boolean append,
      ZoneId zone,
      Set<Long> others)
      throws SQLException {
    Optional<Versions> versions =
        append ? Versions.lock(connection, claim, handling.handled(), others) : Optional.empty();
    if (append && versions.isEmpty()) {
      return Optional.empty();
    }
    Set<Long> mine = Batches.lock(connection, claim);
    List<BatchFile> files = claim.files().stream().filter(f -> mine.contains(f.id())).toList();
    Set<Long> current = new HashSet<>();
    handling.handled().forEach(h -> current.add(h.fileId()));
    current.retainAll(mine);
    Set<Long> overtaken = versions.map(v -> v.overtaken(current)).orElse(Set.of());
    Set<Long> older = versions.map(v -> v.older(current)).orElse(Set.of());
    if (append) {
      // before the new counts: the old ones say how many rows there are
      LoadedRows.delete(connection, withRows(files, current, older), zone);
    }
    Work.handled(
        connection, handling.handled().stream().filter(h -> mine.contains(h.fileId())).toList());
    closeReplaced(connection, overtaken, older);
    current.removeAll(overtaken);
    if (append) {
      forgetEarlier(connection, files);
    }
    reject(
        connection,
        handling.rejected().stream().filter(r -> mine.contains(r.file().id())).toList());
    Work.leave(
        connection, handling.leaving().stream().filter(l -> mine.contains(l.fileId())).toList());
    DeadFile.close(
        connection,
        claim,
        handling.dead().stream().filter(d -> mine.contains(d.file().id())).toList());
    Optional<WorkMessage> next = Batches.advance(connection, claim, Stage.LOAD, handling.chunks());
    return Optional.of(new Recorded(current, overtaken, next));
  }

  /** In append mode the newest content of a path, as last handled, is the only one with rows. */
  private static Set<Long> withRows(List<BatchFile> files, Set<Long> current, Set<Long> older) {
    Set<Long> withRows = new HashSet<>(older);
    files.stream()
        .filter(file -> current.contains(file.id()) && file.handling() > 1)
        .forEach(file -> withRows.add(file.id()));
    return withRows;
  }

  private static void closeReplaced(Connection connection, Set<Long> overtaken, Set<Long> older)
      throws SQLException {
    Set<Long> replaced = new HashSet<>(older);
    replaced.addAll(overtaken);
    FileCloser.closeReplaced(connection, replaced);
  }

  /**
   * What was said of the rows of earlier handlings, but where those rows stay. Where the target
   * merges, they are a file's own until it is loaded again, so the loader forgets it.
   */
  public static void forgetEarlier(Connection connection, Collection<BatchFile> files)
      throws SQLException {
    List<Long> again =
        files.stream().filter(file -> file.handling() > 1).map(BatchFile::id).toList();
    if (!again.isEmpty()) {
      Sql.update(
          connection,
          """
          with earlier as (select file_id, handling from sluice.work where file_id = any (?) and rows = 0),
          overtaken as (delete from sluice.overtaken o using earlier e where o.file_id = e.file_id)
          delete from sluice.reject r using earlier e
          where r.day = any (?) and r.file_id = e.file_id and r.handling < e.handling
          """,
          Sql.longs(again),
          FileIds.days(again));
    }
  }

  private static void reject(Connection connection, Collection<Rejected> files)
      throws SQLException {
    if (files.isEmpty()) {
      return;
    }
    Sql.update(
        connection,
        """
        insert into sluice.reject (day, file_id, handling, reason, cells, message, raw)
        select sluice.day_of(file_id), file_id, handling, reason, 0, message, raw
        from unnest(?::bigint[], ?::int[], ?::text[], ?::text[], ?::text[]) as r (file_id, handling, reason, message, raw)
        """,
        Sql.array("bigint", files, r -> r.file().id()),
        Sql.array("int", files, r -> r.file().handling()),
        Sql.array("text", files, Rejected::reason),
        Sql.array("text", files, r -> Work.text(r.position() + ": " + r.message())),
        Sql.array("text", files, r -> Work.text(r.raw())));
    List<Ending> endings = new ArrayList<>();
    for (Rejected file : files) {
      String reason = Work.text(file.reason() + ": " + file.message());
      endings.add(
          new Ending(file.file().id(), End.REJECTED, Stage.HANDLE, reason, file.position()));
    }
    FileCloser.close(connection, endings);
  }
}
