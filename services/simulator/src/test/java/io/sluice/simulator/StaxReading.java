package io.sluice.simulator;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Reads performance files without knowing how they were written; cells collapse by their key. */
final class StaxReading {
  private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?");
  private static final Pattern SPACE = Pattern.compile("\\s+");
  private static final Pattern VECTOR = Pattern.compile("(\\d*,)+\\d*");

  /** group | counter | object | end → text. */
  final Map<String, String> cells = new HashMap<>();

  final Map<String, String> rows = new HashMap<>();
  private final Map<String, List<String>> byCounter = new HashMap<>();
  int unreadable;
  int rejectedRows;
  int rejectedValues;

  static StaxReading of(Path directory) throws IOException {
    StaxReading reading = new StaxReading();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        reading.add(file);
      }
    }
    return reading;
  }

  private void add(Path file) throws IOException {
    StaxReading one = new StaxReading();
    try (InputStream in = open(file)) {
      one.parse(in);
    } catch (IOException | XMLStreamException e) {
      unreadable++;
      return;
    }
    cells.putAll(one.cells);
    rows.putAll(one.rows);
    rejectedRows += one.rejectedRows;
    rejectedValues += one.rejectedValues;
  }

  static InputStream open(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    InputStream raw = new ByteArrayInputStream(content);
    return file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw;
  }

  private void parse(InputStream in) throws XMLStreamException {
    XMLStreamReader xml = XMLInputFactory.newFactory().createXMLStreamReader(in);
    xml.nextTag();
    if (!List.of("measCollecFile", "measDataFile").contains(xml.getLocalName())) {
      throw new XMLStreamException("root " + xml.getLocalName());
    }
    String element = "";
    String group = "";
    String end = "";
    String object = "";
    Map<String, String> types = new TreeMap<>();
    List<String> names = new ArrayList<>();
    while (xml.hasNext()) {
      if (xml.next() != XMLStreamConstants.START_ELEMENT) {
        continue;
      }
      switch (xml.getLocalName()) {
        case "managedElement", "measEntity" -> element = xml.getAttributeValue(null, "localDn");
        case "measInfo" -> {
          group = xml.getAttributeValue(null, "measInfoId");
          types.clear();
        }
        case "granPeriod" -> end = xml.getAttributeValue(null, "endTime");
        case "measType" -> types.put(xml.getAttributeValue(null, "p"), xml.getElementText());
        case "measTypes" -> names = List.of(SPACE.split(xml.getElementText().trim()));
        case "measValue" -> object = xml.getAttributeValue(null, "measObjLdn");
        case "measResults" -> list(group, names, xml.getElementText(), element, object, end);
        case "r" -> {
          String name = types.get(xml.getAttributeValue(null, "p"));
          cell(group, name, xml.getElementText(), element, object, end);
        }
        default -> {}
      }
    }
  }

  private void list(
      String group, List<String> names, String text, String element, String object, String end) {
    List<String> values = SPACE.splitAsStream(text.trim()).toList();
    if (values.size() != names.size()) {
      rejectedRows++;
      return;
    }
    for (int i = 0; i < values.size(); i++) {
      cell(group, names.get(i), values.get(i), element, object, end);
    }
  }

  private void cell(
      String group, String counter, String text, String element, String object, String end) {
    String row = String.join("|", element, object, end);
    rows.put(group + "|" + row, group);
    if (counter == null) {
      rejectedValues++;
    } else {
      cells.put(String.join("|", group, counter, row), text.trim());
    }
  }

  /** Forgets the rows whose end time is in {@code year}. */
  void forgetYear(int year) {
    cells.keySet().removeIf(key -> key.contains("|" + year + "-"));
    rows.keySet().removeIf(key -> key.contains("|" + year + "-"));
  }

  private List<String> texts(String group, String counter) {
    if (byCounter.isEmpty()) {
      cells.forEach(
          (key, text) -> {
            int end = key.indexOf('|', key.indexOf('|') + 1);
            byCounter.computeIfAbsent(key.substring(0, end), k -> new ArrayList<>()).add(text);
          });
    }
    return byCounter.getOrDefault(group + "|" + counter, List.of());
  }

  Expected.CounterSum sum(String group, String counter) {
    long numbers = 0;
    long vectors = 0;
    long blanks = 0;
    long rejected = 0;
    BigDecimal sum = BigDecimal.ZERO;
    for (String text : texts(group, counter)) {
      if (NUMBER.matcher(text).matches()) {
        numbers++;
        sum = sum.add(new BigDecimal(text));
      } else if (text.replace(",", "").isEmpty() || text.equals("NIL")) {
        blanks++;
      } else if (VECTOR.matcher(text).matches()) {
        vectors++;
      } else {
        rejected++;
      }
    }
    return new Expected.CounterSum(counter, numbers, sum, vectors, blanks, rejected);
  }
}
