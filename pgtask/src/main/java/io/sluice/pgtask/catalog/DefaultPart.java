package io.sluice.pgtask.catalog;

/** The default partition of a table. */
public record DefaultPart(long oid, TableName name) {}
