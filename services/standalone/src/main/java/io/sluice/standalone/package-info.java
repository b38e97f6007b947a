/** All services in one JVM with an embedded warehouse and broker: standalone, demo, trial. */
package io.sluice.standalone;
