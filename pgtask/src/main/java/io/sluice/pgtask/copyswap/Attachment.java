package io.sluice.pgtask.copyswap;

import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.partition.AttachLocks;

/**
 * The place of a partition.
 *
 * @param bound as ATTACH PARTITION takes it: {@code FOR VALUES …} or {@code DEFAULT}
 * @param constraint what every row of it satisfies; null if there is nothing to satisfy
 * @param locks under which another can take it
 */
record Attachment(TableName parent, String bound, String constraint, AttachLocks locks) {

  boolean isDefault() {
    return bound.equals("DEFAULT");
  }
}
