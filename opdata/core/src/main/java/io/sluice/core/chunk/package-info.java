/**
 * The format of the chunks that travel from handler to loader: segments of rows as binary COPY, and
 * whose they are.
 */
package io.sluice.core.chunk;
