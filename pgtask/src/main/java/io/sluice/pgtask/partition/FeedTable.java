package io.sluice.pgtask.partition;

/**
 * A table that the loader made.
 *
 * @param tableId {@code sluice.target_table.id}, as marks have it
 * @param targetId {@code sluice.target.id}, as the lock has it
 * @param merged whether rows are merged, which storage parameters depend on
 */
record FeedTable(int tableId, int targetId, boolean merged) {}
