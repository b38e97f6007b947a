package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The table whose rows move, as the catalogue has it.
 *
 * @param kind pg_class.relkind
 * @param persistence pg_class.relpersistence
 * @param subscribed whether logical replication writes to it, which fires no statement triggers
 * @param attachment if it is a partition
 * @param bytes with indexes and TOAST
 * @param blockSize bytes of one block
 * @param fingerprint of all that nobody may change while it moves
 */
record SourceTable(
    TableName name,
    long oid,
    String kind,
    String persistence,
    String accessMethod,
    String owner,
    boolean subscribed,
    Optional<Attachment> attachment,
    long bytes,
    int blockSize,
    List<SourceColumn> columns,
    List<SourceIndex> indexes,
    Fingerprint fingerprint) {

  SourceTable {
    columns = List.copyOf(columns);
    indexes = List.copyOf(indexes);
  }

  /** Statement triggers do not fire for rows that come by a parent or by logical replication. */
  boolean needsRowTriggers() {
    return attachment.isPresent() || subscribed;
  }

  /** The index that tells its rows, the primary key's first. */
  Optional<SourceIndex> key() {
    return indexes.stream().filter(SourceIndex::rowKey).findFirst();
  }

  Optional<SourceColumn> column(String column) {
    return columns.stream().filter(c -> c.name().equals(column)).findFirst();
  }

  /** Those that an INSERT names. */
  List<SourceColumn> stored() {
    return columns.stream().filter(c -> !c.generated()).toList();
  }

  /** Columns for SQL, each with a prefix such as {@code s.}. */
  static String list(List<SourceColumn> columns, String prefix) {
    return columns.stream().map(c -> prefix + c.sql()).collect(Collectors.joining(", "));
  }

  /** What refers to an index by its name, to be said again of a table that takes this name. */
  List<String> indexMarks() {
    List<String> sql = new ArrayList<>();
    for (SourceIndex index : indexes) {
      String mark = SqlNames.quote(index.name());
      if (index.clustered()) {
        sql.add("alter table %s cluster on %s".formatted(name.sql(), mark));
      }
      if (index.replicaIdentity()) {
        sql.add("alter table %s replica identity using index %s".formatted(name.sql(), mark));
      }
    }
    return sql;
  }
}
