/** Keeps the queues short and fair: publishes waiting work as there is room for it. */
package io.sluice.getter.dispatch;
