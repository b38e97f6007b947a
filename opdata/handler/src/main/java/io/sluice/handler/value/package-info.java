/** Numbers, times and durations as the standards write them, read strictly. */
package io.sluice.handler.value;
