package io.sluice.pgtask.copyswap;

import io.sluice.pgtask.catalog.TableName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The table whose rows move, as the catalogue has it.
 *
 * @param kind pg_class.relkind
 * @param persistence pg_class.relpersistence
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

  /** Whether its rows are in partitions. */
  boolean partitioned() {
    return kind.equals("p");
  }

  /** All its rows and no others, for FROM and LOCK TABLE. */
  String rows() {
    return partitioned() ? name.sql() : "only " + name.sql();
  }

  /** Statement triggers do not fire for rows that come by a parent, or go to a partition. */
  boolean needsRowTriggers() {
    return attachment.isPresent() || partitioned();
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
}
