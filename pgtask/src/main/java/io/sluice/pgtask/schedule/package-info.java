/** Runs tasks at their times, once across all processes. */
package io.sluice.pgtask.schedule;
