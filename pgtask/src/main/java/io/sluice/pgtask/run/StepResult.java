package io.sluice.pgtask.run;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a step found out, for the structured result of the run: values by name, such as {@code rows}
 * or {@code bytesFreed}. Values of the same name add up over the steps of a run.
 */
public record StepResult(Map<String, Long> values) {

  public StepResult {
    values = Map.copyOf(values);
  }

  public static StepResult done() {
    return new StepResult(Map.of());
  }

  public static StepResult of(String name, long value) {
    return new StepResult(Map.of(name, value));
  }

  public StepResult and(String name, long value) {
    Map<String, Long> more = new LinkedHashMap<>(values);
    more.merge(name, value, Long::sum);
    return new StepResult(more);
  }

  StepResult and(StepResult other) {
    StepResult sum = this;
    for (Map.Entry<String, Long> value : other.values.entrySet()) {
      sum = sum.and(value.getKey(), value.getValue());
    }
    return sum;
  }
}
