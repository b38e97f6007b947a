/**
 * Rewrites a table while it is used: a copy is filled in batches, changes made meanwhile are logged
 * by triggers and caught up, and copy and table change places under a short lock. Conversion of
 * plain tables, draining of default partitions and rewriting of tables and partitions are the same
 * move with another copy and another swap.
 */
package io.sluice.pgtask.copyswap;
