/** Puts right what was lost: messages without a queue, objects without a file. */
package io.sluice.getter.sweep;
