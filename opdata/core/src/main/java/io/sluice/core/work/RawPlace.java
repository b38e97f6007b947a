package io.sluice.core.work;

/**
 * Where in staging a file's bytes lie.
 *
 * @param pack token of the pack, see {@link io.sluice.core.ids.Tokens}
 * @param offset of the first byte in it
 */
public record RawPlace(long pack, long offset) {}
