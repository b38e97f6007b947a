package io.sluice.core.work;

import io.sluice.core.fate.FateException;
import io.sluice.core.sql.DatabaseException;
import io.sluice.core.sql.Transactions;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renews the leases of the batches being worked on, three times in a lease. */
final class LeaseKeeper implements AutoCloseable {

  /** A lease being kept. */
  @FunctionalInterface
  interface Hold {
    void release();
  }

  private static final Logger log = LoggerFactory.getLogger(LeaseKeeper.class);

  private final Transactions transactions;
  private final Duration lease;
  private final ScheduledThreadPoolExecutor timer;

  LeaseKeeper(Transactions transactions, Duration lease) {
    this.transactions = transactions;
    this.lease = lease;
    this.timer = new ScheduledThreadPoolExecutor(1, LeaseKeeper::daemon);
    timer.setRemoveOnCancelPolicy(true);
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "leases");
    thread.setDaemon(true);
    return thread;
  }

  Hold hold(Claim claim) {
    long every = lease.dividedBy(3).toMillis();
    ScheduledFuture<?> renewals =
        timer.scheduleWithFixedDelay(() -> renew(claim), every, every, TimeUnit.MILLISECONDS);
    return () -> renewals.cancel(false);
  }

  private void renew(Claim claim) {
    try {
      if (!transactions.ledger(c -> Batches.renew(c, claim, lease))) {
        log.info("batch {} of feed {} is with another worker now", claim.batch(), claim.feed());
      }
    } catch (FateException | DatabaseException e) {
      // The next renewal may get through; if none does, the claim is lost and writes nothing.
      log.warn("the lease of batch {} was not renewed: {}", claim.batch(), e.getMessage());
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
