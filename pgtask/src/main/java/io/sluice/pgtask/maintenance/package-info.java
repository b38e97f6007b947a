/** Vacuum, analyze, reindex and reorder where they win something, in their windows. */
package io.sluice.pgtask.maintenance;
