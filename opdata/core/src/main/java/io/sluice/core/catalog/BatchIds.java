package io.sluice.core.catalog;

import io.sluice.core.catalog.Dimensions.Kind;
import io.sluice.core.chunk.UsedIds;
import io.sluice.core.feed.FeedTarget.Grants;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * The ids that the rows of a batch use. Names that nobody knows here get stand-ins, with which rows
 * are encoded; {@link #resolve} numbers them all at once, in one durable transaction a dimension
 * table, before the rows are staged. So a batch costs no statement for names that are known, and no
 * more than these for new ones. Not for use by several threads.
 */
public final class BatchIds {

  private record TableKey(String schema, Kind kind) {}

  private static final class Pending {
    private final NameIds table;
    private final String name;
    private final int entry;
    private int id;

    Pending(NameIds table, String name, int entry) {
      this.table = table;
      this.name = name;
      this.entry = entry;
    }
  }

  private final Dimensions dimensions;
  private final Grants grants;
  private final Map<TableKey, NameIds> tables = new LinkedHashMap<>();
  private final List<Pending> pending = new ArrayList<>();
  private int resolved;

  BatchIds(Dimensions dimensions, Grants grants) {
    this.dimensions = dimensions;
    this.grants = grants;
  }

  /** The ids of one dimension table. */
  public NameIds of(String schema, Kind kind) {
    return tables.computeIfAbsent(
        new TableKey(schema, kind),
        key -> new NameIds(schema, kind, dimensions.known(schema, kind), this));
  }

  int pend(NameIds table, String name, int entry) {
    pending.add(new Pending(table, name, entry));
    return -pending.size();
  }

  /**
   * Numbers all names that have stand-ins, committed durably; the schemas and dimension tables are
   * made where they are missing.
   */
  public void resolve() {
    Map<NameIds, Collection<String>> names = new LinkedHashMap<>();
    for (Pending name : pending.subList(resolved, pending.size())) {
      names.computeIfAbsent(name.table, table -> new LinkedHashSet<>()).add(name.name);
    }
    Map<NameIds, Map<String, Dimensions.Numbered>> ids = new LinkedHashMap<>();
    names.forEach(
        (table, all) ->
            ids.put(table, dimensions.number(table.schema(), table.kind(), all, grants)));
    for (; resolved < pending.size(); resolved++) {
      Pending name = pending.get(resolved);
      Dimensions.Numbered number = ids.get(name.table).get(name.name);
      name.id = number.id();
      name.table.resolve(name.entry, number.id(), number.key());
    }
  }

  /** The id behind a stand-in that is resolved; an id is itself. */
  public int id(int idOrStandIn) {
    return idOrStandIn >= 0 ? idOrStandIn : pending.get(-1 - idOrStandIn).id;
  }

  /** What ids were given since {@link #clear}, all resolved. */
  public List<UsedIds> used() {
    return tables.values().stream().filter(NameIds::isUsed).map(NameIds::used).toList();
  }

  /** Begins anew: after the rows were staged. */
  public void clear() {
    tables.values().forEach(NameIds::clear);
    pending.clear();
    resolved = 0;
  }
}
