package io.sluice.handler.clean;

import io.sluice.core.feed.CleanStep;
import io.sluice.core.feed.CounterFilter;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedFormat;
import io.sluice.core.feed.Glob;
import io.sluice.handler.pm.CounterChoice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A feed's choice of counters and its cleaning steps, as far as they are about counters: drop,
 * keep, rename, and default, which fills blanks. Asked once per counter and group of a file.
 */
public final class CounterCleaning implements CounterChoice {

  private final CounterFilter filter;

  /** Each gives the counter's name after it, null when the counter is left out. */
  private final List<UnaryOperator<String>> steps = new ArrayList<>();

  private final Map<String, String> blanks = new HashMap<>();

  public CounterCleaning(Feed feed, FeedFormat.Pm format) {
    filter = format.counters();
    for (CleanStep step : feed.clean()) {
      if (step instanceof CleanStep.Drop drop) {
        Predicate<String> dropped = Glob.any(drop.fields());
        steps.add(counter -> dropped.test(counter) ? null : counter);
      } else if (step instanceof CleanStep.Keep keep) {
        Predicate<String> kept = Glob.any(keep.fields());
        steps.add(counter -> kept.test(counter) ? counter : null);
      } else if (step instanceof CleanStep.Rename rename) {
        steps.add(counter -> rename.names().getOrDefault(counter, counter));
      } else if (step instanceof CleanStep.Default defaults) {
        blanks.putAll(defaults.values());
      }
    }
  }

  @Override
  public String blankOf(String name) {
    return blanks.get(name);
  }

  @Override
  public String nameOf(String group, String counter) {
    if (!filter.includes(group, counter)) {
      return null;
    }
    String name = counter;
    for (UnaryOperator<String> step : steps) {
      name = step.apply(name);
      if (name == null) {
        return null;
      }
    }
    return name;
  }
}
