package io.sluice.handler.csv;

/**
 * How fields and rows are told apart.
 *
 * @param delimiter between fields, one or more chars
 * @param quote around fields, 0 for none
 * @param escape before a quote in a quoted field, 0 for none; doubled quotes are always understood
 * @param comment lines that start with it are passed over; empty for none
 * @param trim whether blanks around unquoted fields are dropped
 */
public record CsvDialect(String delimiter, char quote, char escape, String comment, boolean trim) {

  CsvDialect withEscape(char other) {
    return new CsvDialect(delimiter, quote, other, comment, trim);
  }

  CsvDialect withDelimiter(String other) {
    return new CsvDialect(other, quote, escape, comment, trim);
  }
}
