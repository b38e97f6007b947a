/** A model as judge: random histories of the line against what its contract says of them. */
package io.sluice.bench.model;
