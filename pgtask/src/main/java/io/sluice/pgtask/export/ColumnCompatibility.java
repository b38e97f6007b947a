package io.sluice.pgtask.export;

import io.sluice.pgtask.export.Manifest.Column;
import io.sluice.pgtask.export.TableDefinition.Known;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Whether the rows of an export fit the columns that their table has today. */
final class ColumnCompatibility {

  private ColumnCompatibility() {}

  /** What does not; empty if all does. */
  static List<String> problems(List<Column> exported, List<Known> now) {
    Map<String, Known> columns = new LinkedHashMap<>();
    now.forEach(known -> columns.put(known.column().name(), known));
    List<String> problems = new ArrayList<>();
    for (Column column : exported) {
      Known known = columns.remove(column.name());
      if (known == null) {
        problems.add("column %s is gone".formatted(column.name()));
      } else {
        compare(column, known.column(), problems);
      }
    }
    columns.values().stream()
        .filter(known -> known.column().notNull() && !known.filled())
        .forEach(
            known ->
                problems.add(
                    "column %s is new and NOT NULL without a default"
                        .formatted(known.column().name())));
    return problems;
  }

  private static void compare(Column was, Column is, List<String> problems) {
    boolean composite = was.definition().filter(text -> text.startsWith("composite")).isPresent();
    if (!was.type().equals(is.type())) {
      problems.add("column %s was %s and is %s now".formatted(was.name(), was.type(), is.type()));
    } else if (composite && !was.definition().equals(is.definition())) {
      problems.add(
          "column %s was of type %s, %s, which is %s now"
              .formatted(
                  was.name(), was.type(), was.definition().get(), is.definition().orElse("")));
    } else if (!was.generated().equals(is.generated())) {
      problems.add("column %s was %s and is %s now".formatted(was.name(), source(was), source(is)));
    }
  }

  private static String source(Column column) {
    return column
        .generated()
        .map(expression -> "generated as " + expression)
        .orElse("not generated");
  }
}
