package io.sluice.core.feed;

import io.sluice.core.yaml.Problems;
import io.sluice.core.yaml.Tree;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the schema cannot say about CSV. */
final class CsvChecks {

  private static final Set<String> OWN_COLUMNS =
      Set.of("_file", "_version", "_present", "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid");

  private final Tree csv;
  private final Problems problems;

  private CsvChecks(Tree feed, Problems problems) {
    this.csv = feed.get("format", "csv");
    this.problems = problems;
  }

  static void run(Tree feed, Problems problems) {
    CsvChecks checks = new CsvChecks(feed, problems);
    checks.differ("delimiter", "comment");
    checks.notInDelimiter("quote");
    checks.notInDelimiter("escape");
    checks.differ("decimalSeparator", "groupSeparator");
    checks.columns();
  }

  private void differ(String first, String second) {
    Optional<String> one = csv.get(first).nonEmpty();
    if (one.isPresent() && one.equals(csv.get(second).nonEmpty())) {
      problems.addAtKey(
          csv.get(second).at(),
          first + " and " + second + " are the same",
          "Use a different character for one of them.");
    }
  }

  private void notInDelimiter(String sign) {
    Optional<String> character = csv.get(sign).nonEmpty();
    String delimiter = csv.get("delimiter").text().orElse("");
    if (character.isPresent() && delimiter.contains(character.get())) {
      boolean same = delimiter.equals(character.get());
      problems.addAtKey(
          csv.get(sign).at(),
          same ? "delimiter and " + sign + " are the same" : "delimiter contains " + sign,
          "Give one of them another character.");
    }
  }

  private void columns() {
    boolean headless = csv.get("header").text().filter("false"::equals).isPresent();
    Map<String, String> sources = new HashMap<>();
    Map<String, String> identifiers = new HashMap<>();
    csv.get("columns")
        .entries()
        .forEach(
            (name, column) -> {
              dateFormat(name, column);
              position(name, column, headless);
              sourceOnce(name, column, sources);
              identifierOnce(name, column, identifiers);
            });
  }

  private void dateFormat(String name, Tree column) {
    Optional<SqlType> type = column.get("type").text().flatMap(SqlType::parse);
    if (column.get("format").present() && type.isPresent() && !type.get().temporal()) {
      problems.addAtKey(
          column.get("format").at(),
          "column " + name + " has a date pattern but type " + type.get().sql(),
          "Remove format, or use timestamptz, timestamp or date.");
    }
  }

  private void position(String name, Tree column, boolean headless) {
    Tree from = column.get("from");
    if (headless && from.present() && !from.node().isNumber()) {
      problems.addAtValue(
          from.at(),
          "column " + name + " is selected by header name, but the file has no header",
          "Give its number, counted from 1, or set header: true.");
    }
  }

  /** Names that differ only in letter case or signs become one identifier. */
  private void identifierOnce(String name, Tree column, Map<String, String> identifiers) {
    String identifier = name.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", "_");
    String other = identifiers.putIfAbsent(identifier, name);
    if (OWN_COLUMNS.contains(identifier) || other != null) {
      problems.addAtKey(
          column.at(),
          other == null
              ? "column " + name + " has a name that is reserved in every table"
              : "columns " + other + " and " + name + " are both " + identifier + " in PostgreSQL",
          "Give it another name and put its name in the file in from.");
    }
  }

  private void sourceOnce(String name, Tree column, Map<String, String> sources) {
    String source = column.get("from").text().orElse(name);
    String other = sources.putIfAbsent(source, name);
    if (other != null) {
      problems.addAtKey(
          column.at(),
          "columns " + other + " and " + name + " both come from " + source,
          "Give each column its own source in from.");
    }
  }
}
