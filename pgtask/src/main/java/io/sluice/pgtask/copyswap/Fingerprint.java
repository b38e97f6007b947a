package io.sluice.pgtask.copyswap;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What something consists of in the catalogue, written down so that a later look tells whether
 * anybody has touched it since, and what.
 *
 * @param text a line for each part: its name for people, a tab, and what must stay as it is
 */
record Fingerprint(String text) {

  /** Of query rows (name, what must stay), in any order. */
  static final String LINES =
      "select coalesce(string_agg(translate(name, E'\\n\\t', '  ') || E'\\t' || translate(what, E'\\n\\t', '  '),"
          + " E'\\n' order by name, what), '') from (%s) as parts (name, what)";

  /** Such as {@code column a is new}; empty if nothing has changed. */
  List<String> differences(Fingerprint now) {
    if (equals(now)) {
      return List.of();
    }
    Map<String, String> before = parts();
    Map<String, String> after = now.parts();
    List<String> all = new ArrayList<>();
    before.forEach(
        (name, what) -> {
          if (!after.containsKey(name)) {
            all.add(name + " is gone");
          } else if (!after.get(name).equals(what)) {
            all.add(name + " is different");
          }
        });
    after.keySet().stream()
        .filter(name -> !before.containsKey(name))
        .forEach(name -> all.add(name + " is new"));
    return all;
  }

  private Map<String, String> parts() {
    Map<String, String> parts = new LinkedHashMap<>();
    for (String line : text.split("\n", -1)) {
      int tab = line.indexOf('\t');
      if (tab >= 0) {
        parts.merge(line.substring(0, tab), line.substring(tab), String::concat);
      }
    }
    return parts;
  }
}
