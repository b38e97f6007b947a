package io.sluice.core.work;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.message.WorkPublisher;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.core.work.FileCloser.End;
import io.sluice.core.work.FileCloser.Ending;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens to files whose work failed for no known reason: each alone, then dead. */
final class Isolation {

  private static final Logger log = LoggerFactory.getLogger(Isolation.class);
  private static final int LONGEST_DOUBLING = 6;

  private final Transactions transactions;
  private final WorkPublisher publisher;
  private final StageProtocol.Settings settings;

  Isolation(Transactions transactions, WorkPublisher publisher, StageProtocol.Settings settings) {
    this.transactions = transactions;
    this.publisher = publisher;
    this.settings = settings;
  }

  /** Each file again, alone; of a batch of one, after a pause, until it is dead. */
  StageTask.Result failed(Claim claim, Throwable e) {
    String reason = e.getClass().getSimpleName();
    String error = e.getMessage() == null ? e.toString() : e.getMessage();
    boolean last =
        claim.files().size() == 1 && claim.attempts(claim.files().get(0)) >= settings.attempts();
    return last ? bury(claim, reason, error) : separate(claim, reason, error);
  }

  /** All files of the batch leave it, with the attempt counted. */
  StageTask.Result separate(Claim claim, String reason, String error) {
    transactions.ledger(
        connection -> {
          Set<Long> mine = Batches.lock(connection, claim);
          Work.leave(
              connection,
              claim.files().stream()
                  .filter(file -> mine.contains(file.id()))
                  .map(file -> again(claim, file, reason + ": " + error))
                  .toList());
          return Batches.end(connection, claim);
        });
    return result(claim, Outcome.retried(reason));
  }

  /** Chunks cannot be told apart by file once they are in doubt: the file is handled again. */
  private Leaving again(Claim claim, BatchFile file, String reason) {
    Stage stage = claim.stage() == Stage.LOAD ? Stage.HANDLE : claim.stage();
    int attempts = claim.attempts(file);
    Duration pause =
        claim.files().size() > 1
            ? Duration.ZERO
            : settings.retryPause().multipliedBy(1L << Math.min(attempts - 1, LONGEST_DOUBLING));
    return new Leaving(file.id(), stage, WorkState.WAITING, attempts, pause, reason);
  }

  /** At the limit: dead in the ledger first, then in the dead-letter queue. */
  StageTask.Result bury(Claim claim, String reason, String error) {
    Set<Long> buried =
        transactions.ledger(
            connection -> {
              Set<Long> mine = Batches.lock(connection, claim);
              List<BatchFile> files =
                  claim.files().stream().filter(file -> mine.contains(file.id())).toList();
              close(connection, claim, files, reason, error);
              Batches.end(connection, claim);
              return mine;
            });
    for (BatchFile file : claim.files()) {
      if (buried.contains(file.id())) {
        log.warn("feed={} file={} is dead: {}: {}", claim.feed(), file.path(), reason, error);
        publishDead(claim, file, reason, error);
      }
    }
    return result(claim, Outcome.failed(reason));
  }

  private static void close(
      Connection connection, Claim claim, List<BatchFile> files, String reason, String error)
      throws SQLException {
    Sql.update(
        connection,
        """
        insert into sluice.dead (file_id, stage, handling, attempts, reason, error)
        select file_id, ?, handling, attempts, ?, ? from unnest(?::bigint[], ?::int[], ?::int[])
          as d (file_id, handling, attempts)
        """,
        claim.stage().id(),
        reason,
        error.replace('\0', '\uFFFD'),
        Sql.array("bigint", files, BatchFile::id),
        Sql.array("int", files, BatchFile::handling),
        Sql.array("int", files, claim::attempts));
    Work.restIsDead(connection, files.stream().map(BatchFile::id).toList());
    String why = reason + ": " + error;
    FileCloser.close(
        connection,
        files.stream()
            .map(file -> new Ending(file.id(), End.DEAD, claim.stage(), why, null))
            .toList());
  }

  /** The ledger has it; the queue is a copy for those who look there. */
  private void publishDead(Claim claim, BatchFile file, String reason, String error) {
    try {
      publisher.publishDead(
          new WorkMessage(claim.stage(), claim.feed(), claim.batch(), claim.bulk()),
          new WorkPublisher.Failure(file.id(), reason, error, claim.attempts(file)));
    } catch (PauseStage e) {
      log.warn("file {} is not in the dead-letter queue: {}", file.id(), e.getMessage());
    }
  }

  private static StageTask.Result result(Claim claim, Outcome outcome) {
    Map<Long, Outcome> outcomes = new HashMap<>();
    claim.files().forEach(file -> outcomes.put(file.id(), outcome));
    return new StageTask.Result(outcomes, List.of());
  }
}
