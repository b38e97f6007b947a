package io.sluice.pgtask.task;

import java.net.URI;
import java.time.Duration;
import java.time.temporal.TemporalAmount;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Rotation of partitioned tables.
 *
 * @param tables {@code schema.table}, or globs such as {@code pm.*} over partitioned tables
 * @param exclude names or globs of tables left alone
 * @param feed tables of this feed instead: those the loader made, with the loader's names
 * @param by what one new partition holds; absent adopts the width of the newest partition
 * @param encoding set if the partition column is no date or timestamp, but holds a time
 * @param aheadTime partitions are there up to now and so much
 * @param aheadCount or: so many partitions after the one of now (of the largest id, for ids)
 * @param keepTime partitions that ended before now less this are expired; months and years are of
 *     the calendar in the task's zone
 * @param keepIds for ids: partitions that end at the largest id less this, or before
 * @param keepBytes oldest partitions expire until the rest is no larger, with indexes and TOAST
 * @param gaps whether missing partitions between the oldest and now are made as well
 * @param nameFormat {@code {table}} and a date pattern or {@code {from}}, e.g. {@code
 *     {table}_p{yyyyMMdd}}; absent gives Sluice's own names
 * @param reapplyPrivileges whether partitions that are there get owner and grants of their table
 * @param analyzeEvery parents whose statistics are older are analysed; zero never
 * @param most partitions made, and partitions expired, in one run and table at most
 * @param mostShare of a table's partitions that may expire at once, 0 to 1; more is refused
 * @param confirmed whether a person said that what would be refused is right
 */
public record PartitionSpec(
    List<String> tables,
    List<String> exclude,
    Optional<String> feed,
    Optional<Interval> by,
    Optional<TimeEncoding> encoding,
    Optional<Duration> aheadTime,
    OptionalInt aheadCount,
    Optional<TemporalAmount> keepTime,
    OptionalLong keepIds,
    OptionalLong keepBytes,
    Expired expired,
    Optional<Export> export,
    DefaultPartition defaultPartition,
    boolean gaps,
    Optional<String> nameFormat,
    Template template,
    boolean reapplyPrivileges,
    Optional<Sub> sub,
    Duration analyzeEvery,
    int most,
    double mostShare,
    boolean confirmed)
    implements TaskSpec {

  public PartitionSpec {
    tables = List.copyOf(tables);
    exclude = List.copyOf(exclude);
  }

  /** The same, but what would be refused is done. */
  public PartitionSpec confirm() {
    return new PartitionSpec(
        tables,
        exclude,
        feed,
        by,
        encoding,
        aheadTime,
        aheadCount,
        keepTime,
        keepIds,
        keepBytes,
        expired,
        export,
        defaultPartition,
        gaps,
        nameFormat,
        template,
        reapplyPrivileges,
        sub,
        analyzeEvery,
        most,
        mostShare,
        true);
  }

  @Override
  public String kind() {
    return "partition";
  }

  /** What becomes of an expired partition once it is detached. */
  public sealed interface Expired {
    /** It is dropped. */
    record Drop() implements Expired {}

    /**
     * It stays as a table of its own.
     *
     * @param indexes whether its indexes stay too
     */
    record Keep(boolean indexes) implements Expired {}

    /**
     * It is moved to another schema.
     *
     * @param schema made if missing
     * @param indexes whether its indexes stay
     */
    record Archive(String schema, boolean indexes) implements Expired {}
  }

  /**
   * Export of a partition before it is dropped.
   *
   * @param to {@code file:///directory} or {@code s3://bucket/prefix}
   */
  public record Export(URI to) {}

  /**
   * What is done about rows that lie in a default partition.
   *
   * @param drain whether rows inside the window move to partitions of their own
   * @param batch rows a transaction moves
   */
  public record DefaultPartition(boolean drain, int batch) {}

  /**
   * What new partitions get beyond what their parent hands down.
   *
   * @param table whose further indexes, storage parameters, tablespace and persistence are copied
   * @param tablespace of new partitions
   * @param storage parameters such as fillfactor
   * @param privileges whether the parent's owner and grants are copied
   */
  public record Template(
      Optional<String> table,
      Optional<String> tablespace,
      Map<String, String> storage,
      boolean privileges) {
    public Template {
      storage = Map.copyOf(storage);
    }
  }

  /** How a new partition is itself partitioned. */
  public sealed interface Sub {
    /** By hash into so many. */
    record Hash(String column, int parts) implements Sub {}

    /**
     * By lists of values.
     *
     * @param lists name suffix to values
     * @param other whether a default partition takes the rest
     */
    record Lists(String column, Map<String, List<String>> lists, boolean other) implements Sub {}

    /** By shorter periods of a time column. */
    record Range(String column, Interval by) implements Sub {}
  }
}
