package io.sluice.getter.dispatch;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.feed.Feeds;
import io.sluice.core.ledger.Leases;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.message.WorkPublisher;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Staging;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tops up the queues from the waiting work: fair shares between feeds, newest period first, bulk
 * work only when no live work waits. Nothing is fetched while the handler's queues or staging are
 * full. Called about every second; one replica at a time does it.
 */
public final class Dispatcher implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
  private static final String LEASE = "dispatcher";
  private static final Duration LEASE_TIME = Duration.ofSeconds(15);

  private final Supplier<Feeds> feeds;
  private final Leases leases;
  private final DispatchLedger ledger;
  private final WorkPublisher publisher;
  private final Staging staging;
  private final DispatchSettings settings;
  private String holdingBack = "";

  /**
   * @param feeds those in effect, asked anew each time
   */
  public Dispatcher(
      Supplier<Feeds> feeds,
      Leases leases,
      Transactions transactions,
      WorkPublisher publisher,
      Staging staging,
      DispatchSettings settings) {
    this.feeds = feeds;
    this.leases = leases;
    this.ledger = new DispatchLedger(transactions);
    this.publisher = publisher;
    this.staging = staging;
    this.settings = settings;
  }

  /**
   * Tops up once.
   *
   * @throws PauseStage when database, broker or staging are away
   */
  @Override
  public synchronized void run() {
    Set<String> names = feeds.get().byName().keySet();
    if (names.isEmpty() || !leases.take(LEASE, LEASE_TIME)) {
      return;
    }
    topUp(Stage.SETTLE, names);
    topUp(Stage.HANDLE, names);
    if (roomBehindFetch()) {
      topUp(Stage.FETCH, names);
    }
  }

  /** Live work first; bulk work gets what live work leaves of the room. */
  private void topUp(Stage stage, Set<String> names) {
    int left = dispatch(stage, false, names);
    if (left > 0) {
      dispatch(stage, true, names);
    }
  }

  /** Returns how much room is left. */
  private int dispatch(Stage stage, boolean bulk, Set<String> names) {
    int room = (int) Math.max(0, settings.target(bulk) - publisher.depth(stage.queue(bulk)));
    if (room == 0) {
      return 0;
    }
    List<WorkMessage> picked = ledger.pick(stage, bulk, names, room);
    if (!picked.isEmpty()) {
      publish(picked);
    }
    return room - picked.size();
  }

  private void publish(List<WorkMessage> picked) {
    try {
      publisher.publish(picked);
    } catch (PauseStage e) {
      ledger.putBack(picked);
      throw e;
    }
  }

  private boolean roomBehindFetch() {
    String reason = fullBehindFetch();
    if (!reason.equals(holdingBack)) {
      log.info(reason.isEmpty() ? "fetching goes on" : "fetching waits: {}", reason);
      holdingBack = reason;
    }
    return reason.isEmpty();
  }

  private String fullBehindFetch() {
    long handle =
        publisher.depth(Stage.HANDLE.queue(false)) + publisher.depth(Stage.HANDLE.queue(true));
    if (handle >= settings.handleLimit()) {
      return "the handler has more than " + settings.handleLimit() + " files to do";
    }
    try {
      return staging.use().hasRoom() ? "" : "staging is full";
    } catch (IOException e) {
      throw new PauseStage("staging: " + e.getMessage(), e);
    }
  }
}
