package io.sluice.pgtask.task;

/**
 * Turning a partitioned table into a plain one while it is used.
 *
 * @param table {@code schema.table}
 * @param batchBytes of a partition copied in one transaction
 * @param dropOld whether the partitioned table is dropped at the end; else it stays as {@code
 *     <table>_before}, and its partitions are named alike
 */
public record UnpartitionSpec(String table, long batchBytes, boolean dropOld) implements TaskSpec {

  @Override
  public String kind() {
    return "unpartition";
  }
}
