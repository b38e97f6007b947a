/** What a database's own catalogue says of tables, partitions and indexes. */
package io.sluice.pgtask.catalog;
