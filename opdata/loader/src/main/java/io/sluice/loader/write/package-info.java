/** Brings rows into a table: COPY, merge, and the search for rows that the database refuses. */
package io.sluice.loader.write;
