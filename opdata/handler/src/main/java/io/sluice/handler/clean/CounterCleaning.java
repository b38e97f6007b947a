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

/**
 * A feed's choice of counters and its cleaning steps, as far as they are about counters: drop,
 * keep, rename, and default, which fills blanks. Asked once per counter and group of a file.
 */
public final class CounterCleaning implements CounterChoice {

  private final CounterFilter filter;
  private final List<Step> steps = new ArrayList<>();
  private final Map<String, String> blanks = new HashMap<>();

  /** Gives the counter's name after the step, null when it is left out. */
  @FunctionalInterface
  private interface Step {
    String apply(String counter);
  }

  public CounterCleaning(Feed feed, FeedFormat.Pm format) {
    filter = format.counters();
    for (CleanStep step : feed.clean()) {
      if (step instanceof CleanStep.Drop drop) {
        List<Glob> globs = drop.fields().stream().map(Glob::of).toList();
        steps.add(counter -> matches(globs, counter) ? null : counter);
      } else if (step instanceof CleanStep.Keep keep) {
        List<Glob> globs = keep.fields().stream().map(Glob::of).toList();
        steps.add(counter -> matches(globs, counter) ? counter : null);
      } else if (step instanceof CleanStep.Rename rename) {
        steps.add(counter -> rename.names().getOrDefault(counter, counter));
      } else if (step instanceof CleanStep.Default defaults) {
        blanks.putAll(defaults.values());
      }
    }
  }

  private static boolean matches(List<Glob> globs, String name) {
    for (Glob glob : globs) {
      if (glob.matches(name)) {
        return true;
      }
    }
    return false;
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
    for (Step step : steps) {
      name = step.apply(name);
      if (name == null) {
        return null;
      }
    }
    return name;
  }
}
