package io.sluice.getter.settle;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.Feeds;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.message.WorkPublisher;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.sql.Transactions;
import io.sluice.getter.source.SourceAway;
import io.sluice.getter.source.Sources;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does the work of one settle message. Safe for use by many threads. */
public final class SettleWorker {

  private static final Logger log = LoggerFactory.getLogger(SettleWorker.class);
  private static final Duration LEASE = Duration.ofMinutes(2);
  private static final Duration PAUSE = Duration.ofSeconds(30);
  private static final int ATTEMPTS = 5;

  private final Supplier<Feeds> feeds;
  private final Sources sources;
  private final WorkPublisher publisher;
  private final StageMetrics metrics;
  private final Clock clock;
  private final SettleLedger ledger;

  /**
   * @param feeds those in effect, asked anew for each file
   */
  public SettleWorker(
      Supplier<Feeds> feeds,
      Sources sources,
      Transactions transactions,
      WorkPublisher publisher,
      StageMetrics metrics,
      Clock clock) {
    this.feeds = feeds;
    this.sources = sources;
    this.publisher = publisher;
    this.metrics = metrics;
    this.clock = clock;
    this.ledger = new SettleLedger(transactions, LEASE);
  }

  /**
   * Settles the file of a message.
   *
   * @param redelivered the broker took the message back from a worker that is gone
   * @throws PauseStage when database or broker are away: the message goes back
   */
  public void settle(WorkMessage message, boolean redelivered) {
    metrics.received(message.feed());
    Instant start = clock.instant();
    Optional<SettleClaim> claim = ledger.claim(message.fileId(), redelivered);
    if (claim.isEmpty()) {
      metrics.duplicate(message.feed());
      return;
    }
    Optional<Feed> feed = feeds.get().get(message.feed());
    if (feed.isEmpty()) {
      postpone(claim.get(), "feed " + message.feed() + " is not in effect");
      return;
    }
    act(claim.get(), feed.get(), start);
  }

  private void act(SettleClaim claim, Feed feed, Instant start) {
    try {
      String remark = new SourceAction(sources.of(feed, claim.host()), feed.source()).apply(claim);
      publish(ledger.close(claim, remark));
      metrics.done(claim.feed(), Duration.between(start, clock.instant()));
    } catch (SourceAway e) {
      postpone(claim, e.getMessage());
    } catch (IOException e) {
      retryOrPark(claim, e);
    }
  }

  private void postpone(SettleClaim claim, String reason) {
    ledger.later(claim, PAUSE, false, reason);
    metrics.returned(claim.feed());
  }

  private void retryOrPark(SettleClaim claim, IOException e) {
    if (claim.attempts() >= ATTEMPTS) {
      log.warn("feed={} file={} is parked: {}", claim.feed(), claim.path(), e.getMessage());
      ledger.park(claim, e.getMessage());
      metrics.failed(claim.feed(), "source");
    } else {
      ledger.later(claim, PAUSE.multipliedBy(claim.attempts()), true, e.getMessage());
      metrics.retried(claim.feed(), "source");
    }
  }

  private void publish(List<WorkMessage> messages) {
    if (!messages.isEmpty()) {
      publisher.publish(messages);
    }
  }
}
