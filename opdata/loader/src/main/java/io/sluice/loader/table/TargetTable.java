package io.sluice.loader.table;

import static java.util.stream.Collectors.toSet;

import io.sluice.core.catalog.Names;
import io.sluice.core.catalog.Target;
import io.sluice.core.chunk.Column;
import io.sluice.core.feed.Layout;
import io.sluice.core.sql.SqlNames;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One table of a target, as the ledger describes it.
 *
 * @param name of the table
 * @param target name of the target, that is of its first table
 * @param made whether Sluice made it; a table of the user's gets only the columns it must have
 * @param timeColumn what partitions go by, if anything
 * @param counters its registered columns by name, in order, each with the counter's name
 */
public record TargetTable(
    int id,
    int targetId,
    String schema,
    String name,
    String target,
    String sourceName,
    String kind,
    int part,
    boolean made,
    Layout layout,
    boolean merge,
    Optional<String> timeColumn,
    List<String> key,
    Map<String, CounterColumn> counters) {

  /** A registered column. */
  public record CounterColumn(String counter, Column column, int ordinal) {}

  TargetTable withMade(boolean bySluice) {
    return new TargetTable(
        id,
        targetId,
        schema,
        name,
        target,
        sourceName,
        kind,
        part,
        bySluice,
        layout,
        merge,
        timeColumn,
        key,
        counters);
  }

  /**
   * Whether rows that are merged by these columns, or appended where there are none, are what the
   * target takes. A registered column is known by the name that files give it.
   */
  boolean takesRowsBy(List<String> columns) {
    if (!merge || columns.isEmpty()) {
      return merge != columns.isEmpty();
    }
    return Set.copyOf(key).equals(columns.stream().map(this::declaredAs).collect(toSet()));
  }

  private String declaredAs(String column) {
    CounterColumn registered = counters.get(column);
    return registered == null ? column : Names.normalise(registered.counter);
  }

  public String qualified() {
    return SqlNames.qualified(schema, name);
  }

  /** For people. */
  public String display() {
    return schema + "." + name;
  }

  /** Name of the view of its target. */
  public String view() {
    return new Target(targetId, schema, target, sourceName, id).view();
  }

  public boolean isFirst() {
    return kind.equals("main") && part == 1;
  }
}
