/** Finds files: by listing sources, and by being told of them. */
package io.sluice.getter.scan;
