package io.sluice.loader;

import io.sluice.core.message.Stage;
import io.sluice.core.sql.Transactions;
import io.sluice.core.work.BatchFile;
import io.sluice.core.work.Batches;
import io.sluice.core.work.Claim;
import io.sluice.core.work.Leaving;
import io.sluice.core.work.Outcome;
import io.sluice.core.work.Work;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Which files of a claimed batch are still to be loaded, and what became of the others. */
final class Departures {

  /** Something to be written down together with the departure. */
  @FunctionalInterface
  interface Beside {
    Beside NOTHING = connection -> {};

    void write(Connection connection) throws SQLException;
  }

  private final Transactions transactions;
  private final Claim claim;
  private final Set<Long> remaining;
  private final Map<Long, Outcome> outcomes = new HashMap<>();

  Departures(Transactions transactions, Claim claim) {
    this.transactions = transactions;
    this.claim = claim;
    this.remaining = claim.files().stream().map(BatchFile::id).collect(Collectors.toSet());
  }

  Claim claim() {
    return claim;
  }

  Set<Long> remaining() {
    return Set.copyOf(remaining);
  }

  Map<Long, Outcome> outcomes() {
    return outcomes;
  }

  /**
   * Takes files out of the batch, in the ledger first; a batch without files ends.
   *
   * @param how each of them goes on
   * @throws io.sluice.core.work.LostClaim when another worker has taken over
   */
  void leave(Set<Long> files, Function<BatchFile, Leaving> how, Outcome outcome) {
    leave(files, how, outcome, Beside.NOTHING);
  }

  /** Takes files out of the batch to have them handled again. */
  void handleAgain(Set<Long> files, Duration pause, String reason, String message, Beside beside) {
    String why = reason + ": " + message;
    leave(
        files,
        file -> Leaving.backTo(Stage.HANDLE, file, pause, why),
        Outcome.retried(reason),
        beside);
  }

  private void leave(
      Set<Long> files, Function<BatchFile, Leaving> how, Outcome outcome, Beside beside) {
    transactions.durable(
        connection -> {
          Set<Long> mine = new HashSet<>(Batches.lock(connection, claim));
          mine.retainAll(files);
          List<Leaving> leaving =
              claim.files().stream().filter(file -> mine.contains(file.id())).map(how).toList();
          Work.leave(connection, leaving);
          beside.write(connection);
          return Batches.end(connection, claim);
        });
    ended(files, outcome);
  }

  /** Notes files that are done with. */
  void ended(Collection<Long> files, Outcome outcome) {
    files.forEach(file -> outcomes.put(file, outcome));
    remaining.removeAll(Set.copyOf(files));
  }
}
