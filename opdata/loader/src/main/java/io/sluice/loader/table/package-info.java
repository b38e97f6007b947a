/** Makes what rows need before they come: tables, columns, indexes, partitions and views. */
package io.sluice.loader.table;
