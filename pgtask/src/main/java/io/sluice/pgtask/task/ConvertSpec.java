package io.sluice.pgtask.task;

import java.util.Optional;
import java.util.Set;

/**
 * Turning a plain table into a partitioned one while it is used.
 *
 * @param table {@code schema.table}
 * @param column that partitions go by
 * @param by what one partition holds
 * @param encoding set if the column is no date or timestamp, but holds a time
 * @param nameFormat of the partitions; absent gives Sluice's own names
 * @param defaultPartition whether rows without a place (NULL, or a time out of all reason) go to a
 *     default partition; without it they stop the conversion before it begins
 * @param most partitions made at most; more means a bad clock wrote rows
 * @param batchBytes of the table copied in one transaction
 * @param dropOld whether the old table is dropped at the end; else it stays as {@code
 *     <table>_before}
 * @param accept what it may break for programs that write to the table
 * @param rotated whether another task that runs by itself will make partitions of it ahead
 */
public record ConvertSpec(
    String table,
    String column,
    Interval by,
    Optional<TimeEncoding> encoding,
    Optional<String> nameFormat,
    boolean defaultPartition,
    int most,
    long batchBytes,
    boolean dropOld,
    Set<Consequence> accept,
    boolean rotated)
    implements TaskSpec {

  public ConvertSpec {
    accept = Set.copyOf(accept);
  }

  /** The same of a table that another task will rotate. */
  public ConvertSpec thatIsRotated() {
    return new ConvertSpec(
        table,
        column,
        by,
        encoding,
        nameFormat,
        defaultPartition,
        most,
        batchBytes,
        dropOld,
        accept,
        true);
  }

  @Override
  public String kind() {
    return "convert";
  }
}
