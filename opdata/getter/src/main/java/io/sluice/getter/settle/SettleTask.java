package io.sluice.getter.settle;

import io.sluice.core.feed.Feed;
import io.sluice.core.feed.Feeds;
import io.sluice.core.message.Stage;
import io.sluice.core.sql.Transactions;
import io.sluice.core.work.BatchFile;
import io.sluice.core.work.Batches;
import io.sluice.core.work.Claim;
import io.sluice.core.work.FileCloser;
import io.sluice.core.work.FileCloser.End;
import io.sluice.core.work.FileCloser.Ending;
import io.sluice.core.work.Leaving;
import io.sluice.core.work.Outcome;
import io.sluice.core.work.StageProtocol;
import io.sluice.core.work.StageTask;
import io.sluice.core.work.Work;
import io.sluice.getter.source.Source;
import io.sluice.getter.source.SourceAway;
import io.sluice.getter.source.SourceSession;
import io.sluice.getter.source.Sources;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Settles a batch, host by host, over one connection each. Safe for use by many threads. */
public final class SettleTask implements StageTask {

  private static final Logger log = LoggerFactory.getLogger(SettleTask.class);
  private static final String DUPLICATE = "duplicate:";

  private final Supplier<Feeds> feeds;
  private final Sources sources;
  private final Transactions transactions;
  private final StageProtocol.Settings attempts;
  private final Duration hostPause;

  /**
   * @param feeds those in effect, asked anew for each batch
   * @param attempts after the last a file is parked: its rows are loaded all the same
   * @param hostPause how long the files of a host that is away wait
   */
  public SettleTask(
      Supplier<Feeds> feeds,
      Sources sources,
      Transactions transactions,
      StageProtocol.Settings attempts,
      Duration hostPause) {
    this.feeds = feeds;
    this.sources = sources;
    this.transactions = transactions;
    this.attempts = attempts;
    this.hostPause = hostPause;
  }

  /** What became of the files of one batch; nothing of it is written down yet. */
  private static final class Settled {
    final List<Leaving> leaving = new ArrayList<>();
    final List<Ending> endings = new ArrayList<>();
    final Map<Long, Outcome> outcomes = new HashMap<>();
  }

  @Override
  public Result work(Claim claim) {
    Settled settled = new Settled();
    Optional<Feed> feed = feeds.get().get(claim.feed());
    Map<String, List<BatchFile>> byHost = new LinkedHashMap<>();
    claim.files().forEach(f -> byHost.computeIfAbsent(f.host(), h -> new ArrayList<>()).add(f));
    byHost.forEach(
        (host, files) -> {
          if (feed.isPresent()) {
            settleHost(claim, feed.get(), host, files, settled);
          } else {
            String reason =
                "unknown_feed: feed " + claim.feed() + " is not in effect; restore its definition";
            files.forEach(file -> postpone(claim, file, reason, settled));
          }
        });
    return record(claim, settled);
  }

  private void settleHost(
      Claim claim, Feed feed, String host, List<BatchFile> files, Settled settled) {
    int next = 0;
    try (SourceSession session = sources.of(feed, host).connect(Source.Purpose.SETTLE)) {
      SourceAction action = new SourceAction(session, feed.source());
      while (next < files.size()) {
        settle(claim, action, files.get(next), settled);
        next++;
      }
    } catch (SourceAway e) {
      for (BatchFile file : files.subList(next, files.size())) {
        postpone(claim, file, "away: " + e.getMessage(), settled);
      }
    }
  }

  /**
   * @throws SourceAway when the whole host cannot be used
   */
  private void settle(Claim claim, SourceAction action, BatchFile file, Settled settled)
      throws SourceAway {
    try {
      String remark = action.apply(file);
      boolean duplicate = file.reason() != null && file.reason().startsWith(DUPLICATE);
      settled.endings.add(
          duplicate
              ? new Ending(file.id(), End.DUPLICATE, Stage.SETTLE, file.reason(), null)
              : new Ending(file.id(), End.SETTLED, Stage.SETTLE, remark, null));
      settled.outcomes.put(file.id(), Outcome.DONE);
    } catch (SourceAway e) {
      throw e;
    } catch (IOException e) {
      retryOrPark(claim, file, e, settled);
    }
  }

  private void postpone(Claim claim, BatchFile file, String reason, Settled settled) {
    settled.leaving.add(Leaving.postponed(claim, file, hostPause, keep(file, reason)));
    settled.outcomes.put(file.id(), Outcome.RETURNED);
  }

  private void retryOrPark(Claim claim, BatchFile file, IOException e, Settled settled) {
    int attempt = claim.attempts(file);
    String reason = keep(file, "source: " + e.getMessage());
    if (attempts.isLast(attempt)) {
      log.warn("feed={} file={} is parked: {}", claim.feed(), file.path(), e.getMessage());
      settled.leaving.add(Leaving.parked(claim, file, reason));
      settled.outcomes.put(file.id(), Outcome.failed("source"));
    } else {
      settled.leaving.add(Leaving.retried(claim, file, attempts.pause(attempt), reason));
      settled.outcomes.put(file.id(), Outcome.retried("source"));
    }
  }

  /** Why it is a duplicate is what its reason must say in the end. */
  private static String keep(BatchFile file, String reason) {
    boolean duplicate = file.reason() != null && file.reason().startsWith(DUPLICATE);
    return duplicate ? file.reason() : reason;
  }

  private Result record(Claim claim, Settled settled) {
    return transactions.ledger(
        connection -> {
          Set<Long> mine = Batches.lock(connection, claim);
          Work.leave(
              connection, settled.leaving.stream().filter(l -> mine.contains(l.fileId())).toList());
          FileCloser.close(
              connection, settled.endings.stream().filter(e -> mine.contains(e.fileId())).toList());
          Batches.end(connection, claim);
          return new Result(settled.outcomes, List.of());
        });
  }
}
