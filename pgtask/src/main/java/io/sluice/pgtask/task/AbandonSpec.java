package io.sluice.pgtask.task;

import java.util.List;
import java.util.Optional;

/**
 * Removing half-made rewrites for good.
 *
 * @param tables {@code schema.table} that were being rewritten
 * @param why nobody asked for it; a problem of the run
 */
public record AbandonSpec(List<String> tables, Optional<String> why) implements TaskSpec {

  public AbandonSpec {
    tables = List.copyOf(tables);
  }

  @Override
  public String kind() {
    return "abandon";
  }
}
