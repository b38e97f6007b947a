package io.sluice.core.work;

import io.sluice.core.message.Stage;
import io.sluice.core.sql.Transactions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** What happens to files whose work failed for no known reason: each alone, then dead. */
final class Isolation {

  private static final int AFTER_THREE = 3;

  private final Transactions transactions;
  private final StageProtocol.Settings settings;

  Isolation(Transactions transactions, StageProtocol.Settings settings) {
    this.transactions = transactions;
    this.settings = settings;
  }

  /** Each file again, alone; of a batch of one, after a pause, until it is dead. */
  StageTask.Result failed(Claim claim, Throwable e) {
    String reason = NamedFailure.reason(e);
    String error = e.getMessage() == null ? e.toString() : e.getMessage();
    boolean last =
        claim.files().size() == 1 && settings.isLast(claim.attempts(claim.files().get(0)));
    return last ? bury(claim, reason, error) : separate(claim, reason, error);
  }

  /** All files of the batch leave it, with the attempt counted. */
  StageTask.Result separate(Claim claim, String reason, String error) {
    leave(
        claim,
        file -> {
          int attempts = claim.attempts(file);
          Duration pause = claim.files().size() > 1 ? Duration.ZERO : settings.pause(attempts);
          return again(claim, file, attempts, pause, reason + ": " + error);
        });
    return new StageTask.Result(outcomes(claim, Outcome.retried(reason)), List.of());
  }

  /** All files of the batch leave it for a while; an attempt, so that each goes alone, no more. */
  StageTask.Result holdBack(Claim claim, String why) {
    Duration pause = settings.pause(AFTER_THREE);
    leave(
        claim,
        file ->
            again(claim, file, Math.max(1, claim.attempts(file) - 1), pause, "held_back: " + why));
    return new StageTask.Result(outcomes(claim, Outcome.retried("held_back")), List.of());
  }

  private void leave(Claim claim, Function<BatchFile, Leaving> how) {
    transactions.ledger(
        connection -> {
          Set<Long> mine = Batches.lock(connection, claim);
          Work.leave(
              connection,
              claim.files().stream().filter(file -> mine.contains(file.id())).map(how).toList());
          return Batches.end(connection, claim);
        });
  }

  /**
   * At the same stage, with any attempt behind it alone. Chunks cannot be told apart by file once
   * they are in doubt: the file is handled again.
   */
  private static Leaving again(
      Claim claim, BatchFile file, int attempts, Duration pause, String reason) {
    Stage stage = claim.stage() == Stage.LOAD ? Stage.HANDLE : claim.stage();
    return new Leaving(file.id(), stage, WorkState.WAITING, attempts, pause, reason);
  }

  /** At the limit: dead in the ledger first; the protocol then tells the dead-letter queue. */
  StageTask.Result bury(Claim claim, String reason, String error) {
    List<DeadFile> dead =
        transactions.ledger(
            connection -> {
              Set<Long> mine = Batches.lock(connection, claim);
              List<DeadFile> files =
                  claim.files().stream()
                      .filter(file -> mine.contains(file.id()))
                      .map(file -> new DeadFile(file, reason, error))
                      .toList();
              DeadFile.close(connection, claim, files);
              Batches.end(connection, claim);
              return files;
            });
    return new StageTask.Result(outcomes(claim, Outcome.failed(reason)), List.of(), dead);
  }

  private static Map<Long, Outcome> outcomes(Claim claim, Outcome outcome) {
    Map<Long, Outcome> outcomes = new HashMap<>();
    claim.files().forEach(file -> outcomes.put(file.id(), outcome));
    return outcomes;
  }
}
