package io.sluice.core.feed;

import java.time.Duration;
import java.time.temporal.TemporalAmount;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where the rows go.
 *
 * @param table template {@code schema.table} or {@code table}; {@code {measInfoId}} and {@code
 *     {feed}} are replaced, then the name is normalised
 * @param layout columns per counter or rows per counter; of CSV always {@link Layout#ROWS}
 * @param time column that partitions and summaries go by; absent only if not partitioned
 * @param key columns that tell rows apart in merge mode
 * @param mode what a row does to one of the same key
 * @param types counters or columns by glob, first match wins; the rest is decided by the catalogue
 * @param limits new tables and columns before files park as {@code schema_limit}
 */
public record FeedTarget(
    String table,
    Layout layout,
    Optional<String> time,
    List<String> key,
    Mode mode,
    Partitioning partition,
    Map<String, SqlType> types,
    Grants grants,
    SchemaLimits limits) {

  public FeedTarget {
    key = List.copyOf(key);
    types = Collections.unmodifiableMap(types);
  }

  /** The schema of a table template that names none. */
  public static final String DEFAULT_SCHEMA = "public";

  /** What a table template can hold between braces. */
  public static final Set<String> PLACEHOLDERS = Set.of("measInfoId", "feed");

  /** What a row does to one of the same key. */
  public enum Mode {
    /** Rows are added; a correction replaces the rows of the file's earlier version. */
    APPEND,
    /** A newer version wins, an older one only fills NULLs. */
    MERGE
  }

  /**
   * Partitions of the target tables.
   *
   * @param by what one partition holds
   * @param ahead how far beyond now partitions are made and rows accepted
   * @param keep how far before now rows are kept and accepted, as {@link
   *     io.sluice.core.yaml.Retention} counts it; forever if absent
   */
  public record Partitioning(By by, Duration ahead, Optional<TemporalAmount> keep) {

    /** What one partition holds, in the feed's zone. */
    public enum By {
      HOUR,
      DAY,
      WEEK,
      MONTH,
      NONE
    }
  }

  /**
   * Roles of the tables, granted in the transaction that creates them.
   *
   * @param owner of schema and tables; the loader's login if absent
   * @param loader may insert, update and delete, if it is not the owner
   * @param readers may select
   */
  public record Grants(Optional<String> owner, Optional<String> loader, List<String> readers) {

    public Grants {
      readers = List.copyOf(readers);
    }
  }

  /**
   * New tables and columns of a feed and day before files park as {@code schema_limit}.
   *
   * @param tables on every day but the first
   * @param columns on every day but the first
   * @param firstDayTables on the day of the feed's first table
   * @param firstDayColumns on the day of the feed's first table
   */
  public record SchemaLimits(int tables, int columns, int firstDayTables, int firstDayColumns) {}
}
