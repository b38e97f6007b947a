package io.sluice.pgtask.task;

import java.util.Optional;

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
    boolean dropOld)
    implements TaskSpec {

  @Override
  public String kind() {
    return "convert";
  }
}
