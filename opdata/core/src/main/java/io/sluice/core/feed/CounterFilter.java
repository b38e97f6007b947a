package io.sluice.core.feed;

import java.util.List;

/**
 * Chooses counters by {@code group/counter} globs. The last slash parts the two; a glob without one
 * stands for all counters of the groups it matches. Thread-safe.
 */
public final class CounterFilter {

  private final List<Rule> include;
  private final List<Rule> exclude;

  private CounterFilter(List<Rule> include, List<Rule> exclude) {
    this.include = include;
    this.exclude = exclude;
  }

  /**
   * Compiles the globs; an empty include takes everything that is not excluded.
   *
   * @throws BadPatternException if one of them is not a glob
   */
  public static CounterFilter of(List<String> include, List<String> exclude) {
    List<Rule> chosen = include.isEmpty() ? List.of(Rule.of("*")) : rules(include);
    return new CounterFilter(chosen, rules(exclude));
  }

  private static List<Rule> rules(List<String> globs) {
    return globs.stream().map(Rule::of).toList();
  }

  /** Whether the counter is taken. */
  public boolean includes(String group, String counter) {
    return include.stream().anyMatch(rule -> rule.matches(group, counter))
        && exclude.stream().noneMatch(rule -> rule.matches(group, counter));
  }

  private record Rule(Glob group, Glob counter) {

    static Rule of(String text) {
      int slash = text.lastIndexOf('/');
      String counter = slash < 0 ? "*" : text.substring(slash + 1);
      String group = slash < 0 ? text : text.substring(0, slash);
      return new Rule(Glob.of(group), Glob.of(counter));
    }

    boolean matches(String groupName, String counterName) {
      return group.matches(groupName) && counter.matches(counterName);
    }
  }
}
