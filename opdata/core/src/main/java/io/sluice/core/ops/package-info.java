/** What people do with the ledger: look, replay, discard, pause, approve, recover. */
package io.sluice.core.ops;
