package io.sluice.simulator;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Writes {@code measInfo} blocks and counts what they say. */
final class MeasInfoWriter {
  private static final byte[] TEMPLATE = ByteSink.bytes("@value@");
  private static final byte[] NIL = ByteSink.bytes("NIL");
  private static final byte[] VALUE_END = ByteSink.bytes("</r>");
  private static final byte[] UNDECLARED = ByteSink.bytes("<r p=\"9999\">1</r>");

  private final Network network;
  private final String lineEnd;
  private final ValueSource values;
  private final List<byte[]> numbered = new ArrayList<>();

  MeasInfoWriter(Network network, String lineEnd) {
    this.network = network;
    this.lineEnd = lineEnd;
    this.values = new ValueSource(network);
    int most = network.groups().stream().mapToInt(g -> g.counters().size()).max().orElse(0);
    for (int i = 1; i <= most; i++) {
      numbered.add(ByteSink.bytes("<r p=\"" + i + "\">"));
    }
  }

  /**
   * One block.
   *
   * @param end the end time, as text
   * @param sign −1 to take its cells back from {@code tally}
   */
  record Block(
      PmFile file, int group, ValueForm form, String job, String end, Tally tally, int sign) {}

  /**
   * Writes the element's objects, and as many more as it takes until {@code out} holds that many.
   */
  void write(Block block, ByteSink out, long bytes) throws IOException {
    Group group = network.groups().get(block.group());
    types(block, group, out);
    int objects = group.objects(network.cells());
    for (int object = 0; object < objects || out.count() < bytes; object++) {
      boolean last = object == objects - 1;
      measValue(block, object, last ? block.file().distortion() : Distortion.NONE, out);
    }
    line(out, "</measInfo>");
  }

  private void types(Block block, Group group, ByteSink out) throws IOException {
    long seconds = network.period().toSeconds();
    line(out, "<measInfo measInfoId=\"" + group.id() + "\">");
    line(
        out,
        "<job jobId=\"%s\"/><granPeriod duration=\"PT%dS\" endTime=\"%s\"/><repPeriod duration=\"PT%dS\"/>"
            .formatted(block.job(), seconds, block.end(), seconds));
    List<Counter> counters = group.counters();
    if (block.form() == ValueForm.LIST) {
      List<String> names = counters.stream().map(Counter::name).toList();
      line(out, "<measTypes>" + String.join(" ", names) + "</measTypes>");
      return;
    }
    for (int i = 0; i < counters.size(); i++) {
      line(out, "<measType p=\"%d\">%s</measType>".formatted(i + 1, counters.get(i).name()));
    }
  }

  private void measValue(Block block, int object, Distortion distortion, ByteSink out)
      throws IOException {
    PmFile file = block.file();
    ValueForm form = block.form();
    String name = network.groups().get(block.group()).object(Network.element(file.gnb()), object);
    boolean mismatch = distortion == Distortion.LIST_MISMATCH;
    boolean rejected = mismatch && form == ValueForm.LIST;
    values.open(file.gnb(), file.end(), block.group(), object, file.version(), form);
    line(out, "<measValue measObjLdn=\"" + name + "\">");
    out.put(form == ValueForm.LIST ? "<measResults>" : "");
    cells(block, distortion == Distortion.TEMPLATE_TEXT, !rejected, out);
    endValues(mismatch, form, out);
    line(out, values.suspect() ? "<suspect>true</suspect></measValue>" : "</measValue>");
    count(block, mismatch, rejected);
  }

  private void cells(Block block, boolean template, boolean counted, ByteSink out)
      throws IOException {
    List<Counter> counters = network.groups().get(block.group()).counters();
    ValueForm form = block.form();
    for (int c = 0; c < counters.size(); c++) {
      Cell cell = values.value(c, counters.get(c));
      if (template && c == 0) {
        cell.state = Cell.State.TEMPLATE;
      }
      put(cell, c, form, out);
      if (counted) {
        block.tally().cell(block.group(), c, cell, block.sign());
      }
    }
  }

  private void endValues(boolean mismatch, ValueForm form, ByteSink out) throws IOException {
    if (form == ValueForm.LIST) {
      line(out, mismatch ? " 1</measResults>" : "</measResults>");
    } else {
      out.put(mismatch ? UNDECLARED : new byte[0]);
      line(out, "");
    }
  }

  private void count(Block block, boolean mismatch, boolean rejected) {
    if (rejected) {
      block.tally().rejectedRow(block.group(), block.sign());
      return;
    }
    block.tally().row(block.group(), values.suspect(), block.sign());
    if (mismatch) {
      block.tally().rejectedValue(block.group(), block.sign());
    }
  }

  private void put(Cell cell, int index, ValueForm form, ByteSink out) throws IOException {
    if (cell.state == Cell.State.ABSENT) {
      return;
    }
    if (form == ValueForm.NUMBERED) {
      out.put(numbered.get(index));
      text(cell, out);
      out.put(VALUE_END);
    } else {
      if (index > 0) {
        out.put(' ');
      }
      text(cell, out);
    }
  }

  private static void text(Cell cell, ByteSink out) throws IOException {
    switch (cell.state) {
      case NUMBER -> out.put(cell.unscaled, cell.scale);
      case VECTOR, BLANK_VECTOR -> out.put(cell.vector, cell.vectorLength);
      case NIL -> out.put(NIL);
      case TEMPLATE -> out.put(TEMPLATE);
      case BLANK, ABSENT -> {}
    }
  }

  private void line(ByteSink out, String text) throws IOException {
    out.put(text).put(lineEnd);
  }
}
