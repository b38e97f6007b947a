package io.sluice.core.catalog;

import io.sluice.core.chunk.PgType;

/**
 * Where a counter's values of one kind go.
 *
 * @param tableId sluice.target_table id
 * @param table name of that table
 * @param column name, unquoted
 * @param ordinal order among the columns of the target
 */
public record TargetColumn(
    int tableId,
    String table,
    String counter,
    ValueKind kind,
    String column,
    PgType type,
    int ordinal) {}
