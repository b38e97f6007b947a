package io.sluice.handler.encode;

import io.sluice.core.feed.Layout;
import io.sluice.handler.block.BlockRow;
import io.sluice.handler.pm.BlockPmSink;
import io.sluice.handler.pm.PmGroup;
import io.sluice.handler.reject.Reject;
import io.sluice.handler.reject.RejectLog;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Turns the rows of measurement files of a batch into segments that the files share: rejects what
 * lies outside the target's window, numbers elements and objects, and leaves the columns to the
 * layout.
 */
public final class PmEncoder implements BlockPmSink.Output {

  private final BatchContext batch;
  private final Map<String, GroupEncoder> encoders = new HashMap<>();
  private RejectLog rejects;
  private String firstElement;
  private boolean severalElements;
  private long run;
  private PmGroup lastGroup;
  private GroupEncoder lastEncoder;
  private final LastElement lastElement = new LastElement();

  public PmEncoder(BatchContext batch) {
    this.batch = batch;
  }

  /** Rows are of this file from now on. */
  public void begin(FileContext file) {
    rejects = file.rejects();
    firstElement = null;
    severalElements = false;
    lastGroup = null;
  }

  /** The file's element, or null when it has none or several. */
  public String element() {
    return severalElements ? null : firstElement;
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
    severalElements |= firstElement != null && !firstElement.equals(element);
    firstElement = element;
    GroupEncoder encoder = encoder(group);
    encoder.prepare(group, run);
    int object = encoder.objects().id(row.objectBytes(), row.objectOffset(), row.objectLength());
    encoder.row(row, lastElement.id(element, encoder), object);
    batch.output().flushIfFull();
  }

  private GroupEncoder encoder(PmGroup group) {
    if (group != lastGroup) {
      lastGroup = group;
      lastEncoder = encoders.computeIfAbsent(group.id(), this::newEncoder);
    }
    return lastEncoder;
  }

  private GroupEncoder newEncoder(String group) {
    return batch.feed().target().layout() == Layout.TALL
        ? new TallEncoder(batch, batch.target(group))
        : new WideEncoder(batch, batch.target(group));
  }

  private void reject(String element, PmGroup group, BlockRow row) {
    long cells = 0;
    for (int slot = 0; slot < row.slots(); slot++) {
      cells += row.has(slot) ? 1 : 0;
    }
    if (rejects.count("out_of_window", cells)) {
      Instant end = Instant.ofEpochSecond(Math.floorDiv(row.end(), 1_000_000L));
      String message =
          "the period ends at %s; the target accepts %s (group '%s')"
              .formatted(end, batch.window(), group.id());
      rejects.keep(
          new Reject("out_of_window", 0, 0, element, row.object(), null, cells, message, null));
    }
  }

  /** The id of the element that the last row had: most files have but one. */
  private final class LastElement {
    private String name;
    private byte[] bytes = {};
    private GroupEncoder of;
    private int generation;
    private int id;

    int id(String element, GroupEncoder encoder) {
      boolean same = element.equals(name);
      if (!same) {
        name = element;
        bytes = element.getBytes(StandardCharsets.UTF_8);
      }
      if (!same || generation != batch.ids().generation() || of.elements() != encoder.elements()) {
        of = encoder;
        generation = batch.ids().generation();
        id = encoder.elements().id(bytes, 0, bytes.length);
      }
      return id;
    }
  }
}
