package io.sluice.handler.encode;

import io.sluice.core.catalog.Dimensions;
import io.sluice.core.feed.FeedTarget.Layout;
import io.sluice.handler.block.BlockRow;
import io.sluice.handler.pm.BlockPmSink;
import io.sluice.handler.pm.PmGroup;
import io.sluice.handler.reject.Reject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns the rows of a measurement file into segments: rejects what lies outside the target's
 * window, numbers elements and objects, and leaves the columns to the layout. Names are numbered a
 * run at a time, so that a file costs a few statements and not one a row.
 */
public final class PmEncoder implements BlockPmSink.Output {

  private static final int BATCH = 10_000;

  private final FileContext context;
  private final Map<String, GroupEncoder> encoders = new HashMap<>();
  private final List<String> objects = new ArrayList<>();
  private final List<GroupEncoder> groups = new ArrayList<>();
  private final Set<GroupEncoder> used = new LinkedHashSet<>();
  private int[] objectIds = {};
  private boolean numbered;
  private String firstElement;
  private boolean severalElements;
  private String lastElement = "";
  private String lastSchema = "";
  private int lastElementId;

  public PmEncoder(FileContext context) {
    this.context = context;
  }

  /** The file's element, or null when it has none or several. */
  public String element() {
    return severalElements ? null : firstElement;
  }

  @Override
  public void prepare(String element, PmGroup group, BlockRow row) {
    if (numbered || row.index() == 0) {
      startRun();
    }
    if (!context.window().contains(row.end())) {
      objects.add(null);
      groups.add(null);
      return;
    }
    GroupEncoder encoder = encoders.computeIfAbsent(group.id(), id -> encoder(group));
    used.add(encoder);
    objects.add(row.object());
    groups.add(encoder);
  }

  private void startRun() {
    numbered = false;
    objects.clear();
    groups.clear();
    used.clear();
  }

  private GroupEncoder encoder(PmGroup group) {
    return context.feed().target().layout() == Layout.TALL
        ? new TallEncoder(context, group)
        : new WideEncoder(context, group);
  }

  @Override
  public void row(String element, PmGroup group, BlockRow row) {
    if (!numbered) {
      number();
    }
    GroupEncoder encoder = groups.get(row.index());
    if (encoder == null) {
      reject(element, group, row);
      return;
    }
    severalElements |= firstElement != null && !firstElement.equals(element);
    firstElement = element;
    encoder.row(row, elementId(encoder.schema(), element), objectIds[row.index()]);
  }

  private void number() {
    numbered = true;
    used.forEach(GroupEncoder::prepare);
    objectIds = new int[objects.size()];
    for (int from = 0; from < objects.size(); from += BATCH) {
      numberObjects(from, Math.min(objects.size(), from + BATCH));
    }
  }

  private void numberObjects(int from, int until) {
    Map<String, Set<String>> names = new HashMap<>();
    for (int i = from; i < until; i++) {
      if (groups.get(i) != null) {
        names
            .computeIfAbsent(groups.get(i).schema(), s -> new LinkedHashSet<>())
            .add(objects.get(i));
      }
    }
    names.forEach(
        (schema, set) -> {
          Map<String, Integer> ids = ids(schema, Dimensions.Kind.OBJECT, set);
          for (int i = from; i < until; i++) {
            if (groups.get(i) != null && groups.get(i).schema().equals(schema)) {
              objectIds[i] = ids.get(objects.get(i));
            }
          }
        });
  }

  private int elementId(String schema, String element) {
    if (element.equals(lastElement) && schema.equals(lastSchema)) {
      return lastElementId;
    }
    lastElement = element;
    lastSchema = schema;
    lastElementId = ids(schema, Dimensions.Kind.ELEMENT, Set.of(element)).get(element);
    return lastElementId;
  }

  private Map<String, Integer> ids(String schema, Dimensions.Kind kind, Set<String> names) {
    return context.dimensions().ids(schema, kind, names, context.feed().target().grants());
  }

  private void reject(String element, PmGroup group, BlockRow row) {
    long cells = 0;
    for (int slot = 0; slot < row.slots(); slot++) {
      cells += row.has(slot) ? 1 : 0;
    }
    if (context.rejects().count("out_of_window", cells)) {
      Instant end = Instant.ofEpochSecond(Math.floorDiv(row.end(), 1_000_000L));
      String message =
          "the period ends at %s; the target takes %s (group '%s')"
              .formatted(end, context.window(), group.id());
      context
          .rejects()
          .keep(
              new Reject("out_of_window", 0, 0, element, row.object(), null, cells, message, null));
    }
  }
}
