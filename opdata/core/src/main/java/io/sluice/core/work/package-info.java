/**
 * Work in flight: the batches in which files go through the stages, and the one protocol by which a
 * stage claims a batch, gives it back after an outage, isolates what kills its workers, and counts.
 */
package io.sluice.core.work;
