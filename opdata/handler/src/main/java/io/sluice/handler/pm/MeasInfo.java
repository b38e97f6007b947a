package io.sluice.handler.pm;

import io.sluice.handler.reject.Reject;
import io.sluice.handler.reject.RejectLog;
import io.sluice.handler.value.Chars;
import io.sluice.handler.value.PmDuration;
import io.sluice.handler.value.PmTime;
import io.sluice.handler.value.TimeFault;
import io.sluice.handler.xml.XmlPull;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a measInfo says before its rows (group, period, types) and the row being read, whatever the
 * elements are called. Rows go to the sink when they are complete; what cannot go there is a
 * reject.
 */
final class MeasInfo {

  private static final int EXCERPT = 1_024;

  private final XmlPull xml;
  private final PmSettings settings;
  private final PmSink sink;
  private final RejectLog rejects;
  private final PmCounts counts = new PmCounts();
  private final PmTime times;
  private final Set<String> names = new HashSet<>();
  private final Map<String, PmGroup> groups = new HashMap<>();
  private final TypeTable types = new TypeTable();
  private final RowBuffer row = new RowBuffer();
  private final TextBuffer object = new TextBuffer();
  private final TextBuffer endText = new TextBuffer();
  private final TextBuffer granularityText = new TextBuffer();
  private final TextBuffer suspectText = new TextBuffer();
  private final TextBuffer text = new TextBuffer();
  private PmGroup group;
  private long parsedEnd = PmTime.BAD;
  private int parsedGranularity = PmDuration.BAD;
  private boolean hasEnd;
  private int granularity;
  private boolean suspect;
  private boolean badSuspect;
  private String element = "";
  private boolean taken = true;

  MeasInfo(XmlPull xml, PmSettings settings, PmSink sink, RejectLog rejects) {
    this.xml = xml;
    this.settings = settings;
    this.sink = sink;
    this.rejects = rejects;
    this.times = new PmTime(settings.zone());
  }

  PmCounts counts() {
    return counts;
  }

  void element(String name) {
    element = name;
    taken = !isUsable(name) || sink.element(name);
  }

  private static boolean isUsable(String name) {
    return !name.isEmpty() && name.length() <= PmLimits.NAME_CHARS;
  }

  void begin(String groupId) {
    object.clear();
    counts.measInfos++;
    types.clear();
    hasEnd = false;
    granularity = 0;
    group = groupId.length() > PmLimits.NAME_CHARS ? null : groups.get(groupId);
    if (group == null
        && groupId.length() <= PmLimits.NAME_CHARS
        && groups.size() < PmLimits.GROUPS) {
      group = new PmGroup(groups.size(), groupId);
      groups.put(groupId, group);
    }
  }

  void end(char[] chars, int offset, int length) {
    hasEnd = true;
    // Nearly all measInfo of a file end at the same time.
    if (!endText.isSame(chars, offset, length)) {
      endText.set(chars, offset, length);
      parsedEnd = times.parse(endText.chars(), 0, endText.length());
    }
  }

  void granularity(char[] chars, int offset, int length) {
    if (!granularityText.isSame(chars, offset, length)) {
      granularityText.set(chars, offset, length);
      parsedGranularity = PmDuration.seconds(granularityText.toString());
    }
    boolean bad = parsedGranularity == PmDuration.BAD;
    granularity = bad ? 0 : parsedGranularity;
    if (bad && granularityText.length() > 0) {
      String said = granularityText.toString();
      reject(
          "bad_granularity",
          null,
          0,
          "the granularity is not a duration in seconds of at most a year; its rows have granularity 0",
          said.substring(0, Math.min(said.length(), EXCERPT)));
    }
  }

  /** A type's name is the rest of the current element. */
  void type() {
    boolean hasP = xml.attribute("p");
    int p = hasP ? TypeTable.parseP(xml.chars(), xml.offset(), xml.length()) : TypeTable.NO_P;
    text.read(xml);
    boolean declared = !hasP || p != TypeTable.NO_P;
    types.declare(p, declared ? slot(text.toString()) : TypeTable.UNDECLARED);
  }

  /** The names of several types are the rest of the current element. */
  void typeList() {
    text.read(xml)
        .words((chars, from, length) -> types.declareInList(slot(new String(chars, from, length))));
  }

  private int slot(String name) {
    return group == null ? PmGroup.UNUSABLE : group.slot(name, names, settings.choice());
  }

  void beginRow() {
    row.clear();
    object.clear();
    suspect = false;
    badSuspect = false;
  }

  /** The current slice names the object. */
  void object() {
    object.set(xml.chars(), xml.offset(), xml.length());
  }

  /** The rest of the current element names the object. */
  void objectElement() {
    object.read(xml);
  }

  /** The rest of the current element says whether the row is suspect. */
  void suspectElement() {
    suspectText.read(xml);
    suspect = suspectIs("TRUE") || suspectIs("1");
    badSuspect = !suspect && !suspectIs("FALSE") && !suspectIs("0") && !suspectIs("");
  }

  private boolean suspectIs(String word) {
    return Chars.isWord(suspectText.chars(), 0, suspectText.length(), word);
  }

  /** One value is the rest of the current element. */
  void value() {
    int p = RowBuffer.BY_PLACE;
    if (xml.attribute("p")) {
      p = TypeTable.parseP(xml.chars(), xml.offset(), xml.length());
      p = p == TypeTable.NO_P ? RowBuffer.BAD_P : p;
    }
    row.begin(p);
    xml.readText(row);
  }

  /** Several values are the rest of the current element. */
  void valueList() {
    row.appendAll(text.read(xml));
  }

  void endRow() {
    counts.measValues++;
    counts.suspect += suspect ? 1 : 0;
    if (group == null) {
      rejectRow(
          "group_limit", "the file has too many measurement groups, or one's name is too long");
    } else if (row.isTooLarge()) {
      rejectRow("row_too_large", "the measValue holds too many values");
    } else if (row.byPlace() > 0 && row.byPlace() != types.count()) {
      rejectRow(
          "count_mismatch", row.byPlace() + " values for " + types.count() + " declared types");
    } else if (object.length() > PmLimits.NAME_CHARS) {
      rejectRow("object_too_long", "the object's name has " + object.length() + " chars");
    } else if (!isUsable(element)) {
      rejectRow("element_name", "the element has no name, or one that is too long");
    } else if (!taken) {
      rejectRow("element_limit", "the file has too many elements; have it split");
    } else if (badSuspect) {
      rejectRow("bad_suspect", "the suspect flag '" + suspectText + "' is neither true nor false");
    } else {
      emitRow();
    }
  }

  private void emitRow() {
    boolean timed = hasEnd && parsedEnd != PmTime.BAD;
    if (timed && row.count() > 0) {
      counts.ended(parsedEnd);
      sink.row(group, object, parsedEnd, granularity, suspect);
    }
    int place = 0;
    for (int i = 0; i < row.count(); i++) {
      int p = row.p(i);
      int slot = p == RowBuffer.BY_PLACE ? types.at(place++) : types.withP(p);
      if (slot == PmGroup.EXCLUDED) {
        counts.filtered++;
      } else {
        emitValue(i, slot, timed);
      }
    }
  }

  private void emitValue(int index, int slot, boolean timed) {
    counts.values++;
    if (slot < 0) {
      rejectValue(reasonOf(slot), index, "p=" + row.p(index), messageOf(slot));
    } else if (!timed) {
      TimeFault fault = hasEnd ? times.fault() : TimeFault.NOT_A_TIME;
      String shown = hasEnd ? endText.toString() : "";
      String message = "the end time '" + shown + "' " + fault.sentence(settings.zone());
      rejectValue(fault.reason(), index, counter(slot), message);
    } else if (!sink.value(slot, row.chars(), row.from(index), row.length(index))) {
      rejectValue("not_a_number", index, counter(slot), "the value is not a number");
    }
  }

  private String counter(int slot) {
    return group.counters().get(slot);
  }

  private static String reasonOf(int slot) {
    return switch (slot) {
      case PmGroup.UNUSABLE -> "counter_name";
      case TypeTable.AMBIGUOUS -> "ambiguous_type";
      default -> "undeclared_type";
    };
  }

  private static String messageOf(int slot) {
    return switch (slot) {
      case PmGroup.UNUSABLE ->
          "the counter has no name or one that is too long, or is one too many";
      case TypeTable.AMBIGUOUS -> "two types of the measInfo are declared with this p";
      default -> "no type of the measInfo is declared for this value";
    };
  }

  private void rejectValue(String reason, int index, String item, String message) {
    counts.rejectedValues++;
    reject(reason, item, 1, message, row.text(index));
  }

  private void rejectRow(String reason, String message) {
    counts.rejectedMeasValues++;
    counts.values += row.count();
    reject(reason, group == null ? null : group.id(), row.count(), message, row.excerpt(EXCERPT));
  }

  private void reject(String reason, String item, long cells, String message, String raw) {
    rejects.add(
        reason,
        cells,
        () ->
            new Reject(
                reason,
                xml.line(),
                (int) xml.column(),
                element,
                new String(object.chars(), 0, Math.min(object.length(), EXCERPT)),
                item,
                cells,
                message + " (group '" + (group == null ? "" : group.id()) + "')",
                raw));
  }
}
