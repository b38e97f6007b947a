package io.sluice.handler.pm;

import java.util.List;

/** Which counters of which groups are wanted: all, or those included, without those excluded. */
public final class CounterFilter {

  private final List<Glob> include;
  private final List<Glob> exclude;

  /**
   * A filter of globs.
   *
   * @param include globs over {@code group/counter}; empty for all
   * @param exclude globs over the same; wins over {@code include}
   */
  public CounterFilter(List<String> include, List<String> exclude) {
    this.include = include.stream().map(Glob::new).toList();
    this.exclude = exclude.stream().map(Glob::new).toList();
  }

  boolean accepts(String group, String counter) {
    String name = group + "/" + counter;
    return (include.isEmpty() || any(include, name)) && !any(exclude, name);
  }

  private static boolean any(List<Glob> globs, String name) {
    for (Glob glob : globs) {
      if (glob.matches(name)) {
        return true;
      }
    }
    return false;
  }
}
