package io.sluice.handler.encode;

import io.sluice.core.catalog.ColumnKey;
import io.sluice.core.catalog.Target;
import io.sluice.core.catalog.TargetColumn;
import io.sluice.core.catalog.ValueKind;
import io.sluice.core.chunk.PgType;
import io.sluice.core.feed.Glob;
import io.sluice.core.feed.SqlType;
import io.sluice.handler.encode.TableRows.Place;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tables of a target and where its counters are in them, while a batch is encoded. A wide
 * target may be cut into several tables (D8): the first gets every row, the others the rows that
 * have values for them.
 */
public final class BatchTarget {

  /** The columns of a counter, by kind. */
  static final class Counter {
    private final Place[] places = new Place[ValueKind.COUNT];
    private final TableRows[] tables = new TableRows[ValueKind.COUNT];

    /** Null when there is no such column. */
    Place place(ValueKind kind) {
      return places[kind.code()];
    }

    TableRows table(ValueKind kind) {
      return tables[kind.code()];
    }
  }

  private record TypeRule(Glob glob, PgType type) {}

  private final BatchContext batch;
  private final Target target;
  private final Map<String, Counter> counters = new HashMap<>();
  private final Map<Integer, TableRows> tables = new LinkedHashMap<>();
  private final List<TypeRule> rules = new ArrayList<>();
  private Map<String, PgType> inDatabase;

  BatchTarget(BatchContext batch, Target target) {
    this.batch = batch;
    this.target = target;
    for (Map.Entry<String, SqlType> rule : batch.feed().target().types().entrySet()) {
      rules.add(
          new TypeRule(Glob.of(rule.getKey()), PgType.ofSql(rule.getValue().sql()).orElseThrow()));
    }
    table(target.mainTableId(), target.name());
    learn();
  }

  private TableRows table(int id, String name) {
    return tables.computeIfAbsent(
        id, key -> new TableRows(batch, target.schema(), id, name, batch.feed().target().key()));
  }

  /** Takes in the columns that the catalogue has by now. */
  private void learn() {
    for (TargetColumn column : batch.catalog().allColumns(target)) {
      Counter counter = counter(column.counter());
      int kind = column.kind().code();
      if (counter.places[kind] == null) {
        counter.tables[kind] = table(column.tableId(), column.table());
        counter.places[kind] = counter.tables[kind].add(column);
      }
    }
  }

  public Target target() {
    return target;
  }

  /** The first table first. */
  Collection<TableRows> tables() {
    return tables.values();
  }

  /** The first table. */
  public TableRows main() {
    return tables.get(target.mainTableId());
  }

  Counter counter(String name) {
    return counters.computeIfAbsent(name, key -> new Counter());
  }

  /** The place of a column that the catalogue has given. */
  public Place place(TargetColumn column) {
    if (counter(column.counter()).place(column.kind()) == null) {
      learn();
    }
    return counter(column.counter()).place(column.kind());
  }

  /** Registers columns that some file needs. */
  void register(List<ColumnKey> missing) {
    batch.catalog().columns(batch.feed(), target, missing);
    learn();
  }

  /** Types of the columns that the first table has in the database, looked up once. */
  public Map<String, PgType> typesInDatabase() {
    if (inDatabase == null) {
      inDatabase = batch.catalog().typesInDatabase(target);
    }
    return inDatabase;
  }

  ColumnKey key(String counter, ValueKind kind) {
    return kind == ValueKind.VALUE
        ? new ColumnKey(counter, kind, typeOf(counter))
        : ColumnKey.of(counter, kind);
  }

  /** Type of a counter's own column if it must be made. */
  PgType typeOf(String counter) {
    for (TypeRule rule : rules) {
      if (rule.glob().matches(counter)) {
        return rule.type();
      }
    }
    return PgType.FLOAT8;
  }
}
