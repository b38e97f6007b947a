package io.sluice.handler.csv;

import io.sluice.core.catalog.TargetColumn;

/**
 * A column of the target and how its field is read.
 *
 * @param field place in the file's rows, from 0
 * @param fallback text for a field without a value, or null
 * @param trim whether blanks around the text are dropped even inside quotes
 * @param time whether it is the target's time
 * @param key whether it belongs to the target's key
 */
record CsvColumn(
    int field,
    TargetColumn target,
    FieldParser parser,
    String fallback,
    boolean trim,
    boolean time,
    boolean key) {}
