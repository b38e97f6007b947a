package io.sluice.getter.dispatch;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.feed.Feeds;
import io.sluice.core.ledger.Leases;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.message.WorkPublisher;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingUse;
import io.sluice.core.work.Batches;
import io.sluice.core.work.Waiting;
import io.sluice.core.work.Work;
import io.sluice.getter.source.Source;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts waiting work into batches and publishes them: fair shares between feeds, newest period
 * first, bulk work only when no live work waits. Keeps few batches in flight, since what is in a
 * queue can be overtaken by nothing. While the stages behind are busy, only feeds are fetched that
 * have little there; while staging is full, none is. Called several times a second; one replica at
 * a time does it.
 */
public final class Dispatcher implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
  private static final String LEASE = "dispatcher";
  private static final Duration LEASE_TIME = Duration.ofSeconds(15);

  private final Supplier<Feeds> feeds;
  private final Leases leases;
  private final Transactions transactions;
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
    this.transactions = transactions;
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
    Map<Batches.Lane, Integer> inFlight = transactions.ledger(Batches::inFlight);
    topUp(Stage.SETTLE, names, inFlight);
    topUp(Stage.HANDLE, names, inFlight);
    Set<String> free = withRoomBehindFetch(names);
    if (!free.isEmpty()) {
      topUp(Stage.FETCH, free, inFlight);
    }
  }

  /** Live work first; bulk work gets its turn when no live work waits. */
  private void topUp(Stage stage, Set<String> names, Map<Batches.Lane, Integer> inFlight) {
    int room = room(stage, false, inFlight);
    if (room == 0 || dispatch(stage, false, names, room) < room) {
      int bulk = room == 0 ? 0 : room(stage, true, inFlight);
      if (bulk > 0) {
        dispatch(stage, true, names, bulk);
      }
    }
  }

  private int room(Stage stage, boolean bulk, Map<Batches.Lane, Integer> inFlight) {
    int there = inFlight.getOrDefault(new Batches.Lane(stage, bulk), 0);
    return Math.max(0, settings.inFlight(bulk) - there);
  }

  /** Returns how many batches were cut. */
  private int dispatch(Stage stage, boolean bulk, Set<String> names, int room) {
    List<WorkMessage> messages =
        transactions.ledger(connection -> cut(connection, stage, bulk, names, room));
    if (!messages.isEmpty()) {
      publish(messages);
    }
    return messages.size();
  }

  private List<WorkMessage> cut(
      Connection connection, Stage stage, boolean bulk, Set<String> names, int room)
      throws SQLException {
    boolean byHost = stage != Stage.HANDLE;
    Map<String, Integer> busy = new HashMap<>();
    if (byHost) {
      Batches.hosts(connection, stage, bulk)
          .forEach((at, n) -> busy.merge(burdened(at.feed(), at.host()), n, Integer::sum));
    }
    List<String> spared =
        busy.keySet().stream().filter(host -> busy.get(host) >= settings.perHost()).toList();
    List<Waiting> waiting =
        Work.waiting(connection, stage, bulk, names, spared, room * settings.files());
    if (waiting.isEmpty()) {
      return List.of();
    }
    BatchCutter cutter = new BatchCutter(settings, byHost, busy, this::burdened);
    List<Batches.Cut> cuts = cutter.cut(waiting, room);
    return cuts.isEmpty() ? List.of() : Batches.cut(connection, stage, bulk, cuts);
  }

  private String burdened(String feed, String host) {
    return feeds.get().get(feed).map(f -> Source.burdened(f, host)).orElse(host);
  }

  /** The ledger has the batches: what does not get through is published again by the sweeper. */
  private void publish(List<WorkMessage> messages) {
    try {
      publisher.publish(messages);
    } catch (PauseStage e) {
      transactions.ledger(connection -> Batches.undo(connection, messages));
      throw e;
    }
  }

  /**
   * While handler and loader have enough to do, only feeds that have little of it: the members of a
   * large archive, or a slow table, hold up no other feed.
   */
  private Set<String> withRoomBehindFetch(Set<String> names) {
    if (!stagingHasRoom()) {
      sayHoldingBack("staging is full");
      return Set.of();
    }
    Map<String, Integer> behind = transactions.ledger(Batches::behindFetch);
    int all = behind.values().stream().mapToInt(Integer::intValue).sum();
    if (all < settings.behind()) {
      sayHoldingBack("");
      return names;
    }
    sayHoldingBack("handler and loader have %d batches to do already".formatted(all));
    int share = settings.behind() / (behind.size() + 1);
    return names.stream()
        .filter(feed -> behind.getOrDefault(feed, 0) < share)
        .collect(Collectors.toSet());
  }

  private boolean stagingHasRoom() {
    try {
      return staging.use().hasRoom(StagingUse.Kind.RAW);
    } catch (IOException e) {
      throw new PauseStage("staging: " + e.getMessage(), e);
    }
  }

  private void sayHoldingBack(String reason) {
    if (!reason.equals(holdingBack)) {
      log.info(reason.isEmpty() ? "fetching resumed" : "fetching waits: {}", reason);
      holdingBack = reason;
    }
  }
}
