package io.sluice.getter.sweep;

import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.core.ledger.Leases;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.message.WorkPublisher;
import io.sluice.core.metric.Metric;
import io.sluice.core.sql.Transactions;
import io.sluice.core.work.Batches;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes batches again whose message was lost: only as many as the queue holds fewer than the
 * ledger expects, the longest published first, and no more than so many at a time. A batch that is
 * only waiting is in its queue and so is left alone. Called every half minute or so.
 */
public final class MessageSweeper implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(MessageSweeper.class);
  private static final String LEASE = "message sweeper";
  private static final Duration LEASE_TIME = Duration.ofMinutes(2);

  private final Leases leases;
  private final Transactions transactions;
  private final WorkPublisher publisher;
  private final MeterRegistry registry;
  private final SweepSettings settings;

  public MessageSweeper(
      Leases leases,
      Transactions transactions,
      WorkPublisher publisher,
      MeterRegistry registry,
      SweepSettings settings) {
    this.leases = leases;
    this.transactions = transactions;
    this.publisher = publisher;
    this.registry = registry;
    this.settings = settings;
  }

  /**
   * Sweeps once.
   *
   * @throws io.sluice.core.fate.PauseStage when database or broker are away
   */
  @Override
  public void run() {
    if (!leases.take(LEASE, LEASE_TIME)) {
      return;
    }
    for (Stage stage : Stage.values()) {
      sweep(stage, false);
      sweep(stage, true);
    }
  }

  private void sweep(Stage stage, boolean bulk) {
    long expected = transactions.ledger(c -> Batches.unclaimed(c, stage, bulk));
    if (expected == 0) {
      return;
    }
    long missing = expected - publisher.depth(stage.queue(bulk));
    if (missing <= 0) {
      return;
    }
    int limit = (int) Math.min(missing, settings.republish());
    List<WorkMessage> messages =
        transactions.ledger(c -> Batches.republish(c, stage, bulk, settings.lostAfter(), limit));
    if (messages.isEmpty()) {
      return;
    }
    publisher.publish(messages);
    registry.counter(Metric.REPUBLISHED.meter(), "stage", stage.id()).increment(messages.size());
    log.info("published {} lost messages of {} again", messages.size(), stage.queue(bulk));
  }
}
