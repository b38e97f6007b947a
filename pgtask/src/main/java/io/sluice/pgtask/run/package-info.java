/** How a task's run reads and changes a database: steps, limits, locks, history. */
package io.sluice.pgtask.run;
