/** The ledger: its schema and partitions, its epoch, and the versions of files. */
package io.sluice.core.ledger;
