/** Moves or deletes source files, only once their rows are committed. */
package io.sluice.getter.settle;
