/** A staged chunk in memory: rows by the file they came from, and what becomes of them. */
package io.sluice.loader.rows;
