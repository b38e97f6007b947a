package io.sluice.core.work;

import io.sluice.core.fate.FateException;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.fate.RetryBatch;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.message.WorkPublisher;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.sql.Transactions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way every stage works on a message: claim the batch with the attempt counted before the work,
 * hold its lease, do the work, publish what follows, count. After an outage the attempt is given
 * back, now or as soon as the database answers again. What killed its worker, or failed for no
 * known reason, is tried again file by file, so that it takes nobody along; at the limit a file is
 * dead. Safe for use by many threads.
 */
public final class StageProtocol implements AutoCloseable {

  /**
   * @param lease how long a worker that shows no life keeps a batch
   * @param attempts after which a file is dead
   * @param retryPause before the second attempt; it doubles
   */
  public record Settings(Duration lease, int attempts, Duration retryPause) {

    /** Two minutes, five attempts, ten seconds. */
    public static final Settings DEFAULTS =
        new Settings(Duration.ofMinutes(2), 5, Duration.ofSeconds(10));

    private static final int LONGEST_DOUBLING = 6;

    /** Whether so many attempts are all there are. */
    public boolean isLast(int attempt) {
      return attempt >= attempts;
    }

    /** Before the next attempt, after so many. */
    public Duration pause(int after) {
      return retryPause.multipliedBy(1L << Math.min(Math.max(after, 1) - 1, LONGEST_DOUBLING));
    }
  }

  private static final Logger log = LoggerFactory.getLogger(StageProtocol.class);
  private static final String KILLED = "killed";

  /** How often a batch may come back from surroundings that answer again at once. */
  private static final int MOST_RETURNS = 3;

  /** How often, a second apart, others may have stopped its statements by locks or slowness. */
  private static final int MOST_RETRIES = 30;

  private static final int MOST_REMEMBERED = 1000;

  private final Stage stage;
  private final StageTask task;
  private final Transactions transactions;
  private final WorkPublisher publisher;
  private final StageMetrics metrics;
  private final Settings settings;
  private final Clock clock;
  private final Isolation isolation;
  private final LeaseKeeper leases;
  private final Set<Claim> owed = ConcurrentHashMap.newKeySet();
  private final Map<Long, Integer> returns = new ConcurrentHashMap<>();

  public StageProtocol(
      Stage stage,
      StageTask task,
      Transactions transactions,
      WorkPublisher publisher,
      StageMetrics metrics,
      Settings settings,
      Clock clock) {
    this.stage = stage;
    this.task = task;
    this.transactions = transactions;
    this.publisher = publisher;
    this.metrics = metrics;
    this.settings = settings;
    this.clock = clock;
    this.isolation = new Isolation(transactions, settings);
    this.leases = new LeaseKeeper(transactions, settings.lease());
  }

  public Stage stage() {
    return stage;
  }

  /**
   * Works on a message. When it returns, the message is to be acknowledged, whatever became of the
   * files.
   *
   * @param redelivered the broker took the message back from a worker that is gone
   * @throws PauseStage when the surroundings are away: hand the message back and pause
   * @throws RetryBatch after lock trouble: hand the message back, rest and go on
   */
  public void work(WorkMessage message, boolean redelivered) {
    giveBackOwed();
    Optional<Claim> claim =
        transactions.ledger(c -> Batches.claim(c, message, redelivered, settings.lease()));
    if (claim.isEmpty()) {
      count(message.feed(), Outcome.DUPLICATE);
    } else if (claim.get().files().isEmpty()) {
      transactions.ledger(c -> Batches.end(c, claim.get()));
      count(message.feed(), Outcome.DUPLICATE);
    } else {
      work(claim.get());
    }
  }

  private void work(Claim claim) {
    Instant start = clock.instant();
    Map<Long, Outcome> outcomes = new HashMap<>();
    LeaseKeeper.Hold hold = leases.hold(claim);
    try {
      StageTask.Result result = attempt(claim);
      outcomes.putAll(result.outcomes());
      publish(result.next());
      result.dead().forEach(file -> publishDead(claim, file));
      returns.remove(claim.batch());
    } catch (FateException e) {
      Outcome outcome = e instanceof RetryBatch ? Outcome.retried("database") : Outcome.RETURNED;
      claim.files().forEach(file -> outcomes.put(file.id(), outcome));
      if (!isHeldBack(claim, e, outcomes)) {
        giveBack(claim, e);
        throw e;
      }
    } catch (LostClaim e) {
      log.info("stage={} feed={} {}", stage.id(), claim.feed(), e.getMessage());
    } finally {
      hold.release();
      count(claim, outcomes, Duration.between(start, clock.instant()));
    }
  }

  private StageTask.Result attempt(Claim claim) {
    if (claim.attempts() > 1 && claim.files().size() > 1) {
      return isolation.separate(claim, KILLED, "a worker died while it had this file in a batch");
    }
    BatchFile first = claim.files().get(0);
    if (claim.attempts(first) > settings.attempts()) {
      return isolation.bury(claim, KILLED, "every worker that took it died without a result");
    }
    try {
      return task.work(claim);
    } catch (FateException | LostClaim e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      log.warn("stage={} feed={} batch={} failed", stage.id(), claim.feed(), claim.batch(), e);
      return isolation.failed(claim, e);
    }
  }

  /**
   * What stops one batch again and again, while the surroundings answer, is its own affair: a file
   * too large for a disk, a table that cannot be written, or much more often, because others may be
   * the cause, a statement that takes longer than it may. Its files wait alone, with the reason,
   * and stop nobody; as nothing says that they are bad, none of it counts.
   */
  private boolean isHeldBack(Claim claim, FateException e, Map<Long, Outcome> outcomes) {
    if (returns.size() > MOST_REMEMBERED) {
      returns.clear();
    }
    int most = e instanceof PauseStage ? MOST_RETURNS : MOST_RETRIES;
    if (returns.merge(claim.batch(), 1, Integer::sum) <= most) {
      return false;
    }
    try {
      outcomes.putAll(isolation.holdBack(claim, e.getMessage()).outcomes());
      log.warn("stage={} feed={} held back: {}", stage.id(), claim.feed(), e.getMessage());
      returns.remove(claim.batch());
      return true;
    } catch (FateException away) {
      e.addSuppressed(away);
      return false;
    } catch (LostClaim lost) {
      return true; // another worker's now
    }
  }

  /** What is written down stays so: a message that does not get through is the sweeper's. */
  private void publish(List<WorkMessage> messages) {
    if (messages.isEmpty()) {
      return;
    }
    try {
      publisher.publish(messages);
    } catch (PauseStage e) {
      log.warn(
          "{} messages could not be published and are left to the sweeper: {}",
          messages.size(),
          e.getMessage());
    }
  }

  /** The ledger has it; the queue is a copy for those who look there. */
  private void publishDead(Claim claim, DeadFile dead) {
    BatchFile file = dead.file();
    log.warn(
        "feed={} file={} is dead: {}: {}", claim.feed(), file.path(), dead.reason(), dead.error());
    try {
      publisher.publishDead(
          new WorkMessage(stage, claim.feed(), claim.batch(), claim.bulk()),
          new WorkPublisher.Failure(file.id(), dead.reason(), dead.error(), claim.attempts(file)));
    } catch (PauseStage e) {
      log.warn("file {} is not in the dead-letter queue: {}", file.id(), e.getMessage());
    }
  }

  private void giveBack(Claim claim, FateException why) {
    try {
      giveBackNow(claim);
    } catch (FateException e) {
      owed.add(claim);
      why.addSuppressed(e);
    }
  }

  private void giveBackNow(Claim claim) {
    transactions.ledger(
        c -> {
          Batches.giveBack(c, claim);
          return null;
        });
  }

  /** Attempts that an outage kept from being given back. */
  private void giveBackOwed() {
    for (Claim claim : List.copyOf(owed)) {
      giveBackNow(claim);
      owed.remove(claim);
    }
  }

  /** Each file once, so that what was received adds up whatever the task said. */
  private void count(Claim claim, Map<Long, Outcome> outcomes, Duration time) {
    Collection<BatchFile> files = claim.files();
    for (BatchFile file : files) {
      count(claim.feed(), outcomes.getOrDefault(file.id(), Outcome.DUPLICATE));
    }
    metrics.time(claim.feed(), time);
  }

  private void count(String feed, Outcome outcome) {
    metrics.outcome(feed, outcome.metric(), outcome.reason());
  }

  @Override
  public void close() {
    leases.close();
  }
}
