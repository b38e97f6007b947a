package io.sluice.handler.work;

import io.sluice.core.fate.FateException;
import io.sluice.core.ledger.HandleClaim;
import io.sluice.core.ledger.HandleLedger;
import io.sluice.core.thread.Threads;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renews the leases of the files being handled, three times in a lease. */
final class LeaseKeeper implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);

  private final HandleLedger ledger;
  private final Duration every;
  private final ScheduledExecutorService timer;

  LeaseKeeper(HandleLedger ledger, Duration lease) {
    this.ledger = ledger;
    this.every = lease.dividedBy(3);
    this.timer = Threads.scheduler(1, "handle-leases");
  }

  /** Keeps the claim until the hold is released. */
  Hold hold(HandleClaim claim) {
    ScheduledFuture<?> renewals =
        timer.scheduleWithFixedDelay(
            () -> renew(claim), every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    return () -> renewals.cancel(false);
  }

  private void renew(HandleClaim claim) {
    try {
      if (!ledger.renew(claim)) {
        LOG.info("file {} is handled by another worker now", claim.fileId());
      }
    } catch (FateException e) {
      // The next renewal may get through; if none does, recording finds another owner.
      LOG.warn("the lease of file {} was not renewed: {}", claim.fileId(), e.getMessage());
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  /** A claim being kept. */
  @FunctionalInterface
  interface Hold {
    void release();
  }
}
