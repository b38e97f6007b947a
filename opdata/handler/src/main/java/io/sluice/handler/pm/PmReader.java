package io.sluice.handler.pm;

import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.FeedFormat.ElementFrom;
import io.sluice.handler.reject.RejectLog;
import io.sluice.handler.xml.XmlPull;
import io.sluice.handler.xml.XmlPull.Event;
import java.util.Set;

/**
 * Reads one measurement file: {@code measCollecFile} (3GPP TS 32.435 and 32.401), {@code
 * measDataFile} (TS 28.532), {@code mdc} (TS 32.401), which has other names for the same elements.
 * Streams; what it keeps does not grow with the file.
 */
public final class PmReader {

  /** Reasons that leave what came before them readable. */
  private static final Set<String> BREAKS =
      Set.of("not_well_formed", "truncated", "corrupt_gzip", "bad_charset");

  private static final Set<String> MDC =
      Set.of(
          "mfh", "sn", "md", "neid", "nedn", "neun", "mi", "gp", "mts", "mt", "mv", "moid", "sf");

  private final XmlPull xml;
  private final MeasInfo info;
  private final PmSettings settings;
  private String sender = "";
  private String localDn = "";
  private String userLabel = "";
  private boolean announced;
  private boolean mdc;
  private final TextBuffer text = new TextBuffer();

  private PmReader(XmlPull xml, PmSettings settings, PmSink sink, RejectLog rejects) {
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
  public static PmCounts read(XmlPull xml, PmSettings settings, PmSink sink, RejectLog rejects) {
    PmReader reader = new PmReader(xml, settings, sink, rejects);
    PmCounts counts = reader.info.counts();
    try {
      reader.readRoot();
    } catch (RejectFile e) {
      if (counts.measValues == 0 || !BREAKS.contains(e.reason())) {
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
      case "measCollecFile", "measDataFile", "mdc" -> {
        mdc = xml.name().equals("mdc");
        xml.children(this::fileChild);
      }
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
    while (xml.next() != Event.END_OF_FILE) {}
  }

  private void fileChild() {
    switch (name()) {
      case "fileHeader", "mfh" -> xml.children(this::headerChild);
      case "measData", "md" -> {
        element("", "");
        xml.children(this::dataChild);
      }
      default -> xml.skipElement();
    }
  }

  private void headerChild() {
    switch (name()) {
      case "fileSender" -> {
        String name = attribute("localDn");
        sender = name.isEmpty() ? attribute("senderName") : name;
        xml.skipElement();
      }
      case "sn" -> sender = elementText();
      default -> xml.skipElement();
    }
  }

  private void element(String dn, String label) {
    localDn = dn;
    userLabel = label;
    announced = false;
  }

  private void dataChild() {
    switch (name()) {
      case "managedElement", "measEntity", "neid" -> {
        element(attribute("localDn"), attribute("userLabel"));
        xml.children(this::elementChild);
      }
      case "measInfo", "mi" -> {
        announceElement();
        info.begin(attribute("measInfoId"));
        xml.children(this::infoChild);
      }
      default -> xml.skipElement();
    }
  }

  private void elementChild() {
    switch (name()) {
      case "nedn" -> localDn = elementText();
      case "neun" -> userLabel = elementText();
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

  private void infoChild() {
    switch (name()) {
      case "granPeriod" -> granPeriod();
      case "gp" -> {
        text.read(xml);
        info.granularity(text.chars(), 0, text.length());
      }
      case "mts" -> {
        text.read(xml);
        info.end(text.chars(), 0, text.length());
      }
      case "measType", "mt" -> info.type();
      case "measTypes" -> info.typeList();
      case "measValue", "mv" -> measValue();
      default -> xml.skipElement();
    }
  }

  private void granPeriod() {
    if (xml.attribute("duration")) {
      info.granularity(xml.chars(), xml.offset(), xml.length());
    }
    if (xml.attribute("endTime")) {
      info.end(xml.chars(), xml.offset(), xml.length());
    }
    xml.skipElement();
  }

  private void measValue() {
    info.beginRow();
    if (!mdc && xml.attribute("measObjLdn")) {
      info.object();
    }
    xml.children(this::valueChild);
    info.endRow();
  }

  private void valueChild() {
    switch (name()) {
      case "r" -> info.value();
      case "measResults" -> info.valueList();
      case "moid" -> info.objectElement();
      case "suspect", "sf" -> info.suspectElement();
      default -> xml.skipElement();
    }
  }

  /** The element's name; one of the other vocabulary is as unknown as any. */
  private String name() {
    String name = xml.name();
    return name.equals("r") || MDC.contains(name) == mdc ? name : "";
  }

  /** Empty also in an mdc, which says in elements what the others say in attributes. */
  private String attribute(String name) {
    return !mdc && xml.attribute(name)
        ? new String(xml.chars(), xml.offset(), xml.length()).trim()
        : "";
  }

  private String elementText() {
    return text.read(xml).toString();
  }
}
