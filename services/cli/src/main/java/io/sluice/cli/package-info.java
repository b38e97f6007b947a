/** The command {@code sluice}: a look at the line, and a hand on it. */
package io.sluice.cli;
