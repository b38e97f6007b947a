package io.sluice.pgtask.partition;

import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.TableName;

/** A partition to make. */
public record NewPartition(TableName name, Bounds bounds) {}
