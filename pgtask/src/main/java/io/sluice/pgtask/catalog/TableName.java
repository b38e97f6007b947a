package io.sluice.pgtask.catalog;

import io.sluice.core.ledger.SqlNames;

/** A table's schema and name, unquoted. */
public record TableName(String schema, String name) implements Comparable<TableName> {

  /** For SQL: both parts quoted. */
  public String sql() {
    return SqlNames.qualified(schema, name);
  }

  /** In the same schema. */
  public TableName sibling(String other) {
    return new TableName(schema, other);
  }

  @Override
  public int compareTo(TableName other) {
    int bySchema = schema.compareTo(other.schema);
    return bySchema != 0 ? bySchema : name.compareTo(other.name);
  }

  /** For people. */
  @Override
  public String toString() {
    return schema + "." + name;
  }
}
