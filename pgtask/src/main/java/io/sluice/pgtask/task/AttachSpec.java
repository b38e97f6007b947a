package io.sluice.pgtask.task;

import java.time.Duration;

/**
 * Bringing back a partition that was detached to expire.
 *
 * @param partition {@code schema.table}
 * @param hold how long rotation leaves it alone
 */
public record AttachSpec(String partition, Duration hold) implements TaskSpec {

  @Override
  public String kind() {
    return "attach";
  }
}
