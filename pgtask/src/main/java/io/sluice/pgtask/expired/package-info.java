/** What the ledger of the warehouse knows of partitions that expired. */
package io.sluice.pgtask.expired;
