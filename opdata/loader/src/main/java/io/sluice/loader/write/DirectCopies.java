package io.sluice.loader.write;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Remembers in which merged tables a direct COPY met a stored key lately. It is not tried there for
 * a number of batches that doubles with each failure in a row, so that feeds full of corrections do
 * not write everything twice. Safe for several threads.
 */
public final class DirectCopies {

  private record Failed(int times, int skip) {}

  private static final int MAX_DOUBLINGS = 6;

  private final Map<Integer, Failed> failed = new ConcurrentHashMap<>();

  /** Whether a direct COPY into this table is worth a try now. */
  boolean worthTrying(int tableId) {
    Failed now =
        failed.computeIfPresent(tableId, (id, f) -> new Failed(f.times, Math.max(0, f.skip - 1)));
    return now == null || now.skip == 0;
  }

  void succeeded(int tableId) {
    failed.remove(tableId);
  }

  /** A key was stored already, or came twice; or two loaders got in each other's way. */
  public void failed(int tableId) {
    failed.compute(
        tableId,
        (id, before) -> {
          int times = before == null ? 1 : Math.min(before.times + 1, MAX_DOUBLINGS);
          return new Failed(times, (1 << times) + 1);
        });
  }
}
