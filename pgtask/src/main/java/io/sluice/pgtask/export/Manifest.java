package io.sluice.pgtask.export;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What was exported; written last, so an export with a manifest is whole.
 *
 * @param sluiceExport version of this form
 * @param format of the rows in the parts, once unzipped
 * @param database it was in
 * @param server the system identifier of its server, or empty where it was not told
 * @param postgres its version
 * @param schema of the parent
 * @param parent partitioned table it was a partition of
 * @param partitionKey of the parent, such as {@code RANGE (start_time)}
 * @param lower bound, as in {@code FOR VALUES FROM (…)}
 * @param upper bound, as in {@code TO (…)}
 * @param oid of the partition
 * @param columns in the order of the parts' columns, generated ones after them
 * @param rows in all parts
 * @param rowBytes unzipped
 * @param parts in their order, each a gzip file of whole rows
 * @param ddl indexes, constraints and partitions it had itself, for people
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record Manifest(
    int sluiceExport,
    String format,
    String database,
    String server,
    String postgres,
    Instant exportedAt,
    String schema,
    String parent,
    String partitionSchema,
    String partition,
    long oid,
    String partitionKey,
    String lower,
    String upper,
    List<Column> columns,
    long rows,
    long rowBytes,
    List<Part> parts,
    List<String> ddl) {

  static final int VERSION = 1;

  /** Of all forms of COPY the one that brings back every text; CSV loses a line {@code \.}. */
  static final String FORMAT = "PostgreSQL COPY text, UTF-8";

  /**
   * @param type with its modifiers, and its schema unless built in
   * @param definition {@code composite (…)}, {@code enum (…)} or {@code domain over …}, also of an
   *     array of such
   * @param collation with its schema; absent if the type's own
   * @param generated expression of a generated column; its values are not exported
   * @param virtual whether a generated column is not stored
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Column(
      String name,
      String type,
      Optional<String> definition,
      Optional<String> collation,
      boolean notNull,
      Optional<String> generated,
      boolean virtual) {}

  /**
   * @param file beside the manifest
   * @param bytes zipped
   * @param sha256 of the zipped bytes
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Part(String file, long bytes, String sha256) {}

  /** Whose values are exported. */
  List<Column> stored() {
    return columns.stream().filter(column -> column.generated().isEmpty()).toList();
  }

  /** Zipped. */
  long bytes() {
    return parts.stream().mapToLong(Part::bytes).sum();
  }
}
