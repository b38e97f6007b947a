package io.sluice.loader;

import io.sluice.core.catalog.Target;
import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.work.BatchFile;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Rows that a test encodes itself, all in one chunk.
 *
 * @param keys positions of the merge key
 * @param rows how many it encodes
 * @param times first and last, as the ledger gets them
 * @param partitions starts of those it needs, in microseconds since 1970
 */
record RawContent(
    Target target,
    List<Column> columns,
    List<Integer> keys,
    int rows,
    BiConsumer<CopyBuffer, BatchFile> encode,
    List<Instant> times,
    List<Long> partitions)
    implements TestLine.Content {

  RawContent(
      Target target,
      List<Column> columns,
      List<Integer> keys,
      int rows,
      BiConsumer<CopyBuffer, BatchFile> encode) {
    this(target, columns, keys, rows, encode, Arrays.asList(null, null), List.of());
  }

  @Override
  public int chunks() {
    return 1;
  }

  @Override
  public long cells() {
    return rows;
  }
}
