package io.sluice.core.chunk;

/**
 * A column of a segment.
 *
 * @param name of the column, unquoted
 */
public record Column(String name, PgType type) {}
