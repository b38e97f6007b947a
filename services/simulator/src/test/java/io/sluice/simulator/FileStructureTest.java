package io.sluice.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** The content models of TS 32.435 (clause 4.2) and TS 28.532 (clause 11.3.2), restated. */
class FileStructureTest {
  private static final Instant END = Instant.parse("2026-11-20T09:30:00Z");
  private static final String MEAS_INFO =
      "(job )?granPeriod (repPeriod )?(measTypes |(measType )*)(measValue )*";
  private static final String MEAS_VALUE = "(measResults |(r )*)(suspect )?";

  private static final Map<FileFormat, Map<String, String>> CONTENT =
      Map.of(
          FileFormat.MEAS_COLLEC,
          Map.of(
              "measCollecFile", "fileHeader (measData )*fileFooter ",
              "fileHeader", "fileSender measCollec ",
              "fileFooter", "measCollec ",
              "measData", "managedElement (measInfo )*",
              "measInfo", MEAS_INFO,
              "measValue", MEAS_VALUE),
          FileFormat.MEAS_DATA,
          Map.of(
              "measDataFile", "fileHeader (measData )*fileFooter ",
              "fileHeader", "fileSender measData ",
              "fileFooter", "measData ",
              "measData", "(measEntity (measInfo )*)?",
              "measInfo", MEAS_INFO,
              "measValue", MEAS_VALUE));

  private static final Map<String, List<String>> REQUIRED =
      Map.of(
          "fileHeader", List.of("fileFormatVersion"),
          "job", List.of("jobId"),
          "granPeriod", List.of("duration", "endTime"),
          "repPeriod", List.of("duration"),
          "measType", List.of("p"),
          "measValue", List.of("measObjLdn"),
          "r", List.of("p"));

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "MEAS_COLLEC, NUMBERED",
    "MEAS_COLLEC, LIST",
    "MEAS_DATA, NUMBERED",
    "MEAS_DATA, LIST"
  })
  void conformsToItsContentModel_whenWritten(FileFormat format, ValueForm form) throws Exception {
    Element root = write(format, form);

    assertThat(root.getLocalName()).isEqualTo(format.root());
    assertThat(root.getNamespaceURI()).isEqualTo(format.namespace());
    check(root, format);
  }

  @ParameterizedTest
  @CsvSource({"MEAS_COLLEC", "MEAS_DATA"})
  void endsItsPeriodInTheElementsZone_whenZoneIsNotUtc(FileFormat format) throws Exception {
    Element root = write(format, ValueForm.NUMBERED);
    Element period = (Element) root.getElementsByTagNameNS("*", "granPeriod").item(0);

    OffsetDateTime end = OffsetDateTime.parse(period.getAttribute("endTime"));
    assertThat(end.getOffset()).isEqualTo(ZoneOffset.ofHours(2));
    assertThat(end.toInstant()).isEqualTo(END);
    assertThat(Duration.parse(period.getAttribute("duration"))).isEqualTo(Network.QUARTER_HOUR);
  }

  private Element write(FileFormat format, ValueForm form) throws Exception {
    Network network = Network.of(1, 30, 40, List.of("NRCellDU", "GNBCUUPFunction"), 5);
    network =
        new Network(
            1,
            30,
            network.groups(),
            network.period(),
            ZoneOffset.ofHours(2),
            java.util.Set.of(format),
            java.util.Set.of(form),
            5);
    Output output = new Output(directory, false, true, false, Duration.ZERO);
    Clock clock = Clock.fixed(END.plusSeconds(90), ZoneOffset.UTC);
    new Simulator(network, Mishaps.NONE, output, clock, file -> {}).run(END, 1);
    Path file = directory.resolve("20261120/A20261120.1115+0200-1130+0200_gNB-00001.xml");
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    try (var in = Files.newInputStream(file)) {
      return factory.newDocumentBuilder().parse(in).getDocumentElement();
    }
  }

  private static void check(Element element, FileFormat format) {
    String name = element.getLocalName();
    assertThat(element.getNamespaceURI()).isEqualTo(format.namespace());
    for (String attribute : REQUIRED.getOrDefault(name, List.of())) {
      assertThat(element.hasAttribute(attribute)).as(name + " @" + attribute).isTrue();
    }
    List<Element> children = children(element);
    String order =
        children.stream().map(child -> child.getLocalName() + " ").collect(Collectors.joining());
    assertThat(order).as("children of " + name).matches(CONTENT.get(format).getOrDefault(name, ""));
    if (name.equals("measInfo")) {
      checkLists(element);
    }
    children.forEach(child -> check(child, format));
  }

  private static void checkLists(Element measInfo) {
    List<Element> lists =
        children(measInfo).stream().filter(e -> e.getLocalName().equals("measTypes")).toList();
    if (lists.isEmpty()) {
      return;
    }
    int types = lists.get(0).getTextContent().trim().split("\\s+").length;
    for (Element value : children(measInfo)) {
      if (value.getLocalName().equals("measValue")) {
        assertThat(children(value).get(0).getTextContent().trim().split("\\s+")).hasSize(types);
      }
    }
  }

  private static List<Element> children(Element parent) {
    return IntStream.range(0, parent.getChildNodes().getLength())
        .mapToObj(parent.getChildNodes()::item)
        .filter(node -> node.getNodeType() == Node.ELEMENT_NODE)
        .map(Element.class::cast)
        .toList();
  }
}
