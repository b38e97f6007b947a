package io.sluice.pgtask.maintenance;

import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.maintenance.statistics.TableInfo;
import java.util.List;
import java.util.regex.Pattern;

/** Names of tables, with {@code *} for any characters and {@code ?} for one. */
final class TableGlobs {

  private final List<String> globs;
  private final List<Pattern> patterns;

  TableGlobs(List<String> globs) {
    this.globs = List.copyOf(globs);
    this.patterns = globs.stream().map(TableGlobs::pattern).toList();
  }

  private static Pattern pattern(String glob) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      switch (c) {
        case '*' -> regex.append(".*");
        case '?' -> regex.append('.');
        default -> regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }

  boolean match(TableName name) {
    String text = name.toString();
    return patterns.stream().anyMatch(pattern -> pattern.matcher(text).matches());
  }

  /** A table, or a partition by the name of any of its parents. */
  boolean match(TableInfo table) {
    return match(table.name()) || table.parents().stream().anyMatch(this::match);
  }

  /** Whether a table is named as such, not met by a glob. */
  boolean names(TableName name) {
    return globs.contains(name.toString());
  }

  List<String> texts() {
    return globs;
  }
}
