/** Names and labels of the metrics that every stage counts. */
package io.sluice.core.metric;
