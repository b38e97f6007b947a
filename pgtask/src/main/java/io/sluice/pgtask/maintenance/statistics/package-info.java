/** What catalogue and statistics say of tables and indexes, and the bloat that follows from it. */
package io.sluice.pgtask.maintenance.statistics;
