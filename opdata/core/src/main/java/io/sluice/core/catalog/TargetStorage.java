package io.sluice.core.catalog;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Storage parameters of the tables and partitions of a target, whoever makes them. */
public final class TargetStorage {

  private TargetStorage() {}

  /** Rows come in bulk and seldom change; merged ones leave room for their next version. */
  public static Map<String, String> parameters(boolean merged) {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("autovacuum_vacuum_insert_scale_factor", "0.1");
    parameters.put("autovacuum_analyze_scale_factor", "0.05");
    if (merged) {
      parameters.put("fillfactor", "90");
      parameters.put("autovacuum_vacuum_scale_factor", "0.05");
    }
    return Collections.unmodifiableMap(parameters);
  }

  /** The same after {@code CREATE TABLE (…)}. */
  public static String clause(boolean merged) {
    return parameters(merged).entrySet().stream()
        .map(parameter -> parameter.getKey() + " = " + parameter.getValue())
        .collect(Collectors.joining(", ", " with (", ")"));
  }
}
