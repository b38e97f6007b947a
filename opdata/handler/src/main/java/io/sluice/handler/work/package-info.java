/** Handles batches: reads each file, stages the rows of all, records what became of each. */
package io.sluice.handler.work;
