/** Rotation: partitions made ahead, expired by age or size, gaps filled, defaults drained. */
package io.sluice.pgtask.partition;
