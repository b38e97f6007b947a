package io.sluice.core.catalog;

/**
 * The lock under which tables and partitions of a target are made or changed, by the loader and by
 * rotation: an advisory lock that ends with its transaction. See
 * https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
 */
public final class TargetLock {

  private static final int CLASS = 0x736c_7463; // any constant: "sltc"

  private TargetLock() {}

  /** The statement that waits for the lock of a target, {@code sluice.target.id}. */
  public static String sql(int targetId) {
    return "select pg_advisory_xact_lock(%d, %d)".formatted(CLASS, targetId);
  }
}
