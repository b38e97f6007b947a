package io.sluice.getter.dispatch;

import io.sluice.core.work.Batches.Cut;
import io.sluice.core.work.Waiting;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;

/**
 * Cuts waiting files into batches: in turns, a batch of each feed, those with the newest periods
 * first. A batch is full by count or bytes; one that is not may wait a little for more.
 */
final class BatchCutter {

  private final DispatchSettings settings;
  private final boolean byHost;
  private final Map<String, Integer> busy;
  private final BinaryOperator<String> burdened;

  /**
   * @param byHost whether the batches are work on hosts, of which each bears only so much
   * @param busy batches that are being worked on, by what they burden
   * @param burdened what a batch of a feed's host burdens
   */
  BatchCutter(
      DispatchSettings settings,
      boolean byHost,
      Map<String, Integer> busy,
      BinaryOperator<String> burdened) {
    this.settings = settings;
    this.byHost = byHost;
    this.busy = busy;
    this.burdened = burdened;
  }

  /**
   * @param files of each feed the newest periods first
   * @param most batches
   */
  List<Cut> cut(List<Waiting> files, int most) {
    Map<String, Deque<Waiting>> byFeed = new LinkedHashMap<>();
    files.stream()
        .sorted(Comparator.comparing(Waiting::period).reversed().thenComparing(Waiting::fileId))
        .forEach(f -> byFeed.computeIfAbsent(f.feed(), feed -> new ArrayDeque<>()).add(f));
    List<Cut> cuts = new ArrayList<>();
    while (cuts.size() < most && !byFeed.isEmpty()) {
      byFeed.values().removeIf(Deque::isEmpty);
      for (Map.Entry<String, Deque<Waiting>> feed : byFeed.entrySet()) {
        List<Waiting> batch = next(feed.getValue());
        if (!batch.isEmpty() && cuts.size() < most && isDue(batch, feed.getValue())) {
          cuts.add(new Cut(feed.getKey(), batch));
        }
      }
    }
    return cuts;
  }

  /** The next batch of a feed; empty when none of its files may be picked now. */
  private List<Waiting> next(Deque<Waiting> files) {
    List<Waiting> batch = new ArrayList<>();
    Deque<Waiting> later = new ArrayDeque<>();
    Map<String, Boolean> hosts = new HashMap<>();
    long bytes = 0;
    while (!files.isEmpty() && batch.size() < settings.files()) {
      Waiting file = files.poll();
      if (byHost && !hosts.computeIfAbsent(file.host(), host -> mayTake(file.feed(), host))) {
        continue;
      }
      boolean alone = file.attempts() > 0 || file.size() >= settings.bytes();
      if (batch.isEmpty() && alone) {
        batch.add(file);
        break;
      }
      if (alone || (!batch.isEmpty() && bytes + file.size() > settings.bytes())) {
        later.add(file);
        if (!alone) {
          break;
        }
      } else {
        batch.add(file);
        bytes += file.size();
      }
    }
    while (!later.isEmpty()) {
      files.addFirst(later.pollLast());
    }
    take(batch);
    return batch;
  }

  private boolean mayTake(String feed, String host) {
    return busy.getOrDefault(burdened.apply(feed, host), 0) < settings.perHost();
  }

  private void take(List<Waiting> batch) {
    batch.stream()
        .map(Waiting::host)
        .distinct()
        .map(host -> burdened.apply(batch.get(0).feed(), host))
        .forEach(at -> busy.merge(at, 1, Integer::sum));
  }

  /** A batch that took all there is may wait for more, unless a file in it has waited already. */
  private boolean isDue(List<Waiting> batch, Deque<Waiting> left) {
    return !left.isEmpty()
        || batch.size() >= settings.files()
        || batch.stream().anyMatch(file -> file.waited().compareTo(settings.age()) >= 0);
  }
}
