package io.sluice.loader.table;

import java.util.Set;

/** Tables that cannot take rows until a person acts: their files park, the others go on (D4). */
public final class RefusedTarget extends RuntimeException {

  private final transient Set<Integer> tableIds;
  private final String reason;

  /**
   * @param reason short and stable, a metric label
   * @param message which table, what is wrong, what to do
   */
  public RefusedTarget(Set<Integer> tableIds, String reason, String message, Throwable cause) {
    super(message, cause);
    this.tableIds = tableIds;
    this.reason = reason;
  }

  public Set<Integer> tableIds() {
    return tableIds;
  }

  public String reason() {
    return reason;
  }
}
