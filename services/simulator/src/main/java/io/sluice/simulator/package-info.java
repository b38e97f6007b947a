/**
 * A radio network that writes performance files as 3GPP TS 32.435 and TS 28.532 define them, and
 * knows what must be in the warehouse once they are loaded.
 *
 * <p>Everything follows from the seed, the element and the period: the same network writes the same
 * bytes for the same period, however often and in whatever order it is asked.
 */
package io.sluice.simulator;
