package io.sluice.loader;

/** A changed bucket of a table: its start in microseconds since 1970, and the slice. */
record Mark(int tableId, long bucketMicros, int slice) {}
