package io.sluice.pgtask.catalog;

/**
 * A partition with a range.
 *
 * @param detachPending a DETACH CONCURRENTLY was broken off: only FINALIZE is possible, and queries
 *     do not see it any more
 * @param partitioned whether it has partitions itself
 */
public record Partition(
    long oid, TableName name, Bounds bounds, boolean detachPending, boolean partitioned) {}
