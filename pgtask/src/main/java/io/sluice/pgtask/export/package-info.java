/** Exports partitions before they are dropped, and restores them. */
package io.sluice.pgtask.export;
