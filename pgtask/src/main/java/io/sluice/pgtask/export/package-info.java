/** Partitions written away before they are dropped, and brought back. */
package io.sluice.pgtask.export;
