/** Runs of tasks: steps, limits, locks, retries, privileges, history. */
package io.sluice.pgtask.run;
