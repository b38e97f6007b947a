package io.sluice.handler.csv;

import io.sluice.core.catalog.TargetColumn;
import java.util.Optional;

/** A column of the target and how its field is read. */
final class CsvColumn {

  /** Place in the file's rows, from 0. */
  final int field;

  final TargetColumn target;
  final FieldParser parser;

  /** Text for a field without a value, or null. */
  final char[] fallback;

  /** Whether blanks around the text are dropped even inside quotes. */
  final boolean trim;

  /** Whether it is the target's time. */
  final boolean time;

  /** Whether it belongs to the target's key. */
  final boolean key;

  CsvColumn(
      int field,
      TargetColumn target,
      FieldParser parser,
      Optional<String> fallback,
      boolean trim,
      boolean time,
      boolean key) {
    this.field = field;
    this.target = target;
    this.parser = parser;
    this.fallback = fallback.map(String::toCharArray).orElse(null);
    this.trim = trim;
    this.time = time;
    this.key = key;
  }
}
