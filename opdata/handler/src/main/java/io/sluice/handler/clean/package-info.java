/** Names and values of counters as a feed wants them cleaned. */
package io.sluice.handler.clean;
