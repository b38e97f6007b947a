package io.sluice.pgtask.export;

import io.sluice.pgtask.catalog.TableName;

/**
 * A partition to export. It may be detached already, so its bounds are told.
 *
 * @param oid of the partition
 * @param lower literal, as in {@code FOR VALUES FROM (…)}
 * @param upper literal, as in {@code TO (…)}
 */
record ExportedPartition(
    TableName parent, TableName partition, long oid, String lower, String upper) {}
