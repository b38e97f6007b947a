package io.sluice.handler.encode;

import io.sluice.core.feed.Layout;
import io.sluice.handler.block.BlockRow;
import io.sluice.handler.pm.PmGroup;
import io.sluice.handler.pm.PmSink;
import io.sluice.handler.reject.Reject;
import io.sluice.handler.reject.RejectLog;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Turns the rows of measurement files of a batch into segments that the files share: rejects what
 * lies outside the target's window, numbers elements and objects, and leaves the columns to the
 * layout.
 */
public final class PmEncoder implements PmSink.Output {

  private final BatchContext batch;
  private final Map<String, GroupEncoder> encoders = new HashMap<>();
  private RejectLog rejects;
  private String lastElement;
  private byte[] elementBytes = {};
  private boolean severalElements;
  private long run;

  public PmEncoder(BatchContext batch) {
    this.batch = batch;
  }

  /** Rows are of this file from now on. */
  public void begin(FileContext file) {
    rejects = file.rejects();
    lastElement = null;
    severalElements = false;
  }

  /** The file's element, or null when it has none or several. */
  public String element() {
    return severalElements ? null : lastElement;
  }

  @Override
  public void row(String element, PmGroup group, BlockRow row) {
    if (row.index() == 0) {
      run++;
    }
    if (!batch.window().contains(row.end())) {
      reject(element, group, row);
      return;
    }
    if (!element.equals(lastElement)) {
      severalElements |= lastElement != null;
      lastElement = element;
      elementBytes = element.getBytes(StandardCharsets.UTF_8);
    }
    GroupEncoder encoder = encoders.computeIfAbsent(group.id(), this::newEncoder);
    encoder.prepare(group, run);
    int object = encoder.objects.id(row.objectBytes(), row.objectOffset(), row.objectLength());
    encoder.row(row, encoder.elements.id(elementBytes, 0, elementBytes.length), object);
    batch.output().flushIfFull();
  }

  private GroupEncoder newEncoder(String group) {
    return batch.feed().target().layout() == Layout.TALL
        ? new TallEncoder(batch, batch.target(group))
        : new WideEncoder(batch, batch.target(group));
  }

  private void reject(String element, PmGroup group, BlockRow row) {
    long cells = IntStream.range(0, row.slots()).filter(row::has).count();
    String reason = "out_of_window";
    Instant end = Instant.ofEpochSecond(Math.floorDiv(row.end(), 1_000_000L));
    String message =
        "the period ends at %s; the target accepts %s (group '%s')"
            .formatted(end, batch.window(), group.id());
    rejects.add(
        reason,
        cells,
        () -> new Reject(reason, 0, 0, element, row.object(), null, cells, message, null));
  }
}
