package io.sluice.pgtask.task;

import java.util.Locale;

/** What may break programs that write to a table once it is partitioned, though no row is wrong. */
public enum Consequence {
  /** SQL that is right for a plain table only. */
  PLAIN_TABLE_SQL,
  /** Unique keys that get the partition column as well. */
  WIDER_KEYS,
  /** Triggers that may choose another partition than the row was sent to. */
  BEFORE_TRIGGERS,
  /** Triggers that fire on partitions, and for other events where a row moves between them. */
  ROW_TRIGGERS,
  /** Nobody makes partitions ahead. */
  NO_ROTATION;

  /** As {@code convert.accept} has it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * @throws IllegalArgumentException if it is no such word
   */
  public static Consequence of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
