/** Loads the staged chunks of a batch into the warehouse, with their ledger entries. */
package io.sluice.loader;
