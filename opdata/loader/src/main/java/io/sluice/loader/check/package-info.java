/** Compares what rows were encoded for with what is there, inside the transaction that loads. */
package io.sluice.loader.check;
