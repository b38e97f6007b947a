/** Vacuums, analyses, reindexes and reorders where it pays, within the task's windows. */
package io.sluice.pgtask.maintenance;
