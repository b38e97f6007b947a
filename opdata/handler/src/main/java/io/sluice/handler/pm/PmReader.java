package io.sluice.handler.pm;

import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.FeedFormat.ElementFrom;
import io.sluice.handler.reject.Rejects;
import io.sluice.handler.xml.XmlPull;
import io.sluice.handler.xml.XmlPull.Event;
import java.util.Set;

/**
 * Reads one measurement file: {@code measCollecFile} (3GPP TS 32.435 and 32.401), {@code
 * measDataFile} (TS 28.532), {@code mdc} (TS 32.401). Streams; what it keeps does not grow with the
 * file.
 */
public final class PmReader {

  /** Reasons that leave what came before them readable. */
  private static final Set<String> BREAKS =
      Set.of("not_well_formed", "truncated", "corrupt_gzip", "bad_charset");

  private final XmlPull xml;
  private final MeasInfo info;
  private final PmSettings settings;
  private String sender = "";
  private String localDn = "";
  private String userLabel = "";
  private boolean announced;

  private PmReader(XmlPull xml, PmSettings settings, PmSink sink, Rejects rejects) {
    this.xml = xml;
    this.info = new MeasInfo(xml, settings, sink, rejects);
    this.settings = settings;
  }

  /**
   * Reads to the end of the document, or as far as it can be read.
   *
   * @return what was read; {@link PmCounts#broken()} when the document broke off or is not
   *     well-formed. The sink then has every measValue that was complete before; the caller decides
   *     what becomes of them
   * @throws RejectFile when it is no such file
   */
  public static PmCounts read(XmlPull xml, PmSettings settings, PmSink sink, Rejects rejects) {
    PmReader reader = new PmReader(xml, settings, sink, rejects);
    PmCounts counts = reader.info.counts();
    try {
      reader.readRoot();
    } catch (RejectFile e) {
      if (counts.measValues() == 0 || !BREAKS.contains(e.reason())) {
        throw e;
      }
      counts.broken = e;
    }
    sink.end();
    return counts;
  }

  private void readRoot() {
    Event event = xml.next();
    while (event == Event.TEXT) {
      event = xml.next();
    }
    if (event == Event.END_OF_FILE) {
      throw new RejectFile("empty", xml.position(), "the file has no root element");
    }
    switch (xml.name()) {
      case "measCollecFile", "measDataFile" -> children(this::collecChild);
      case "mdc" -> children(this::mdcChild);
      default ->
          throw new RejectFile(
              "wrong_root",
              xml.position(),
              "the root element is '"
                  + xml.name()
                  + "', not measCollecFile, measDataFile or mdc; is the feed's format right?");
    }
    readEpilog();
  }

  /** What follows the root must still be well-formed. */
  private void readEpilog() {
    Event event = xml.next();
    while (event != Event.END_OF_FILE) {
      event = xml.next();
    }
  }

  /** Calls for each element inside the current one; what is called must read it to its end. */
  private void children(Runnable child) {
    int depth = xml.depth();
    while (true) {
      switch (xml.next()) {
        case START -> child.run();
        case END, END_OF_FILE -> {
          if (xml.depth() < depth) {
            return;
          }
        }
        default -> {}
      }
    }
  }

  private void collecChild() {
    switch (xml.name()) {
      case "fileHeader" -> children(this::headerChild);
      case "measData" -> block(this::measDataChild);
      default -> xml.skipElement();
    }
  }

  private void block(Runnable child) {
    localDn = "";
    userLabel = "";
    announced = false;
    children(child);
  }

  private void headerChild() {
    if (xml.name().equals("fileSender")) {
      sender = attribute("localDn");
      sender = sender.isEmpty() ? attribute("senderName") : sender;
    }
    xml.skipElement();
  }

  private void measDataChild() {
    switch (xml.name()) {
      case "managedElement", "measEntity" -> {
        localDn = attribute("localDn");
        userLabel = attribute("userLabel");
        announced = false;
        xml.skipElement();
      }
      case "measInfo" -> {
        announceElement();
        info.begin(attribute("measInfoId"));
        children(this::measInfoChild);
      }
      default -> xml.skipElement();
    }
  }

  private void announceElement() {
    if (announced) {
      return;
    }
    announced = true;
    for (ElementFrom from : settings.elementFrom()) {
      String name = elementFrom(from);
      if (!name.isEmpty()) {
        info.element(name);
        return;
      }
    }
    info.element("");
  }

  private String elementFrom(ElementFrom from) {
    return switch (from) {
      case LOCAL_DN -> localDn;
      case USER_LABEL -> userLabel;
      case HEADER -> sender;
      case FILE_NAME -> settings.fileElement();
    };
  }

  private void measInfoChild() {
    switch (xml.name()) {
      case "granPeriod" -> granPeriod();
      case "measType" -> info.type();
      case "measTypes" -> info.typeList();
      case "measValue" -> measValue();
      default -> xml.skipElement();
    }
  }

  private void granPeriod() {
    if (xml.attribute("duration")) {
      info.granularity(xml.chars(), xml.offset(), xml.length());
    }
    if (xml.attribute("endTime")) {
      info.end();
    }
    xml.skipElement();
  }

  private void measValue() {
    info.beginRow();
    if (xml.attribute("measObjLdn")) {
      info.object();
    }
    children(this::measValueChild);
    info.endRow();
  }

  private void measValueChild() {
    switch (xml.name()) {
      case "r" -> info.value();
      case "measResults" -> info.valueList();
      case "suspect" -> info.suspectElement();
      default -> xml.skipElement();
    }
  }

  private void mdcChild() {
    switch (xml.name()) {
      case "mfh" -> children(this::mdcHeaderChild);
      case "md" -> block(this::mdChild);
      default -> xml.skipElement();
    }
  }

  private void mdcHeaderChild() {
    if (xml.name().equals("sn")) {
      sender = elementText();
    } else {
      xml.skipElement();
    }
  }

  private void mdChild() {
    switch (xml.name()) {
      case "neid" -> {
        localDn = "";
        userLabel = "";
        announced = false;
        children(this::neidChild);
      }
      case "mi" -> {
        announceElement();
        info.begin("");
        children(this::miChild);
      }
      default -> xml.skipElement();
    }
  }

  private void neidChild() {
    switch (xml.name()) {
      case "nedn" -> localDn = elementText();
      case "neun" -> userLabel = elementText();
      default -> xml.skipElement();
    }
  }

  private void miChild() {
    switch (xml.name()) {
      case "mts" -> info.end(text());
      case "gp" -> {
        TextBuffer seconds = text();
        info.granularity(seconds.chars(), 0, seconds.length());
      }
      case "mt" -> info.type();
      case "mv" -> {
        info.beginRow();
        children(this::mvChild);
        info.endRow();
      }
      default -> xml.skipElement();
    }
  }

  private void mvChild() {
    switch (xml.name()) {
      case "moid" -> info.objectElement();
      case "r" -> info.value();
      case "sf" -> info.suspectElement();
      default -> xml.skipElement();
    }
  }

  private String attribute(String name) {
    return xml.attribute(name) ? slice() : "";
  }

  private String slice() {
    return new String(xml.chars(), xml.offset(), xml.length()).trim();
  }

  private TextBuffer text() {
    TextBuffer text = new TextBuffer();
    text.readElement(xml);
    return text;
  }

  private String elementText() {
    return text().toString();
  }
}
