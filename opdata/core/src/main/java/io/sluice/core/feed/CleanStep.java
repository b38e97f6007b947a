package io.sluice.core.feed;

import java.util.List;
import java.util.Map;

/** One step of cleaning. Names are those of the row's fields after the steps before it. */
public sealed interface CleanStep {

  /** The names that it is about, which may be globs where its kind takes them. */
  List<String> fields();

  /**
   * Leaves fields out.
   *
   * @param fields names or globs
   */
  record Drop(List<String> fields) implements CleanStep {}

  /**
   * Leaves out all fields but these; time and key stay in any case.
   *
   * @param fields names or globs
   */
  record Keep(List<String> fields) implements CleanStep {}

  /**
   * Gives fields another name.
   *
   * @param names old name to new name
   */
  record Rename(Map<String, String> names) implements CleanStep {
    @Override
    public List<String> fields() {
      return List.copyOf(names.keySet());
    }
  }

  /**
   * Gives fields a value where they have none.
   *
   * @param values name to value, as text that is read like the file's own
   */
  record Default(Map<String, String> values) implements CleanStep {
    @Override
    public List<String> fields() {
      return List.copyOf(values.keySet());
    }
  }

  /**
   * Takes white space off both ends of text fields.
   *
   * @param fields names or globs
   */
  record Trim(List<String> fields) implements CleanStep {}
}
