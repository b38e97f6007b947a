package io.sluice.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulatorTest {
  private static final Instant END = Instant.parse("2026-11-20T00:00:00Z");
  private static final Clock NOW = Clock.fixed(END.plusSeconds(3), ZoneOffset.UTC);
  private static final Mishaps MANY = new Mishaps(0.05, 0.15, 0.1, 0.2, 0.05, 0.05);
  private static final Network NETWORK =
      Network.of(40, 3, 23, List.of("NRCellDU", "NRCellCU", "GNBCUUPFunction"), 7);

  private final List<WrittenFile> written = new ArrayList<>();
  @TempDir Path directory;

  @Test
  void expectsWhatAnIndependentReadingFinds_whenFilesAreGzipped() throws Exception {
    Expected expected = run(NETWORK, MANY, output(directory, true));

    assertEqualsReading(expected);
  }

  @Test
  void expectsWhatAnIndependentReadingFinds_whenFilesArePlain() throws Exception {
    Expected expected = run(NETWORK, MANY, output(directory, false));

    assertEqualsReading(expected);
  }

  @Test
  void expectsOneFilesCells_whenItIsAsLargeAsAsked() throws Exception {
    Network network = NETWORK.writing(FileFormat.MEAS_DATA, ValueForm.LIST);
    Simulator simulator = simulator(network, Mishaps.NONE, output(directory, true));

    simulator.oneFile(END, 3_000_000);

    try (var xml = StaxReading.open(written.get(0).path())) {
      assertThat(xml.readAllBytes().length).isBetween(3_000_000, 3_010_000);
    }
    assertEqualsReading(simulator.expected());
  }

  @Test
  void writesSameFiles_whenSeedIsTheSame() throws Exception {
    run(NETWORK, MANY, output(directory.resolve("a"), true));
    run(NETWORK, MANY, output(directory.resolve("b"), true));

    assertThat(contents(directory.resolve("a"))).isEqualTo(contents(directory.resolve("b")));
  }

  @Test
  void writesOtherValues_whenSeedDiffers() throws Exception {
    Network other = Network.of(40, 3, 23, List.of("NRCellDU", "NRCellCU"), 8);
    Expected first = run(NETWORK, Mishaps.NONE, output(directory.resolve("a"), true));
    Expected second = run(other, Mishaps.NONE, output(directory.resolve("b"), true));

    assertThat(second.groups().get(0).counters().get(0).sum())
        .isNotEqualTo(first.groups().get(0).counters().get(0).sum());
  }

  @Test
  void writesEveryKind_whenAllMishapsHappen() throws Exception {
    Expected expected = run(NETWORK, MANY, output(directory, true));

    assertThat(expected.files().keySet())
        .containsExactlyInAnyOrder(
            Stream.of(FileKind.values()).map(FileKind::label).toArray(String[]::new));
    assertThat(expected.fileCount()).isEqualTo(written.size());
    assertThat(expected.rejectedFiles())
        .isEqualTo(written.stream().filter(file -> !file.readable()).count());
    assertThat(expected.repeatedCells()).isPositive();
    assertThat(expected.replacedCells()).isPositive();
    assertThat(expected.outOfWindowCells()).isPositive();
  }

  @Test
  void leavesOnlyFinishedFiles_whenDone() throws Exception {
    run(NETWORK, MANY, output(directory, true));

    assertThat(contents(directory).keySet()).allMatch(name -> name.matches("(.*/)?A.*\\.xml\\.gz"));
  }

  @Test
  void namesFilesAsTs32432_whenPeriodEndsAtMidnight() throws Exception {
    run(NETWORK, Mishaps.NONE, output(directory, true));

    assertThat(contents(directory).keySet())
        .contains(
            "A20261119.2345+0000-20261120.0000+0000_gNB-00001.xml.gz",
            "A20261119.2330+0000-2345+0000_gNB-00040.xml.gz");
  }

  @Test
  void replacesValuesUnderTheSameName_whenCorrected() throws Exception {
    Simulator simulator = simulator(NETWORK, Mishaps.NONE, output(directory, true));
    simulator.run(END, 1);
    Expected before = simulator.expected();
    WrittenFile original = written.get(3);
    Instant firstModified = Files.getLastModifiedTime(original.path()).toInstant();

    WrittenFile correction = simulator.correct(3, END);

    assertThat(correction.path()).isEqualTo(original.path());
    assertThat(correction.version()).isEqualTo(2);
    assertThat(Files.getLastModifiedTime(original.path()).toInstant())
        .isAfterOrEqualTo(firstModified.plusSeconds(1));
    assertThat(simulator.expected().cells()).isEqualTo(before.cells());
    assertThat(simulator.expected().groups()).isNotEqualTo(before.groups());
    assertEqualsReading(simulator.expected());
  }

  @Test
  void refusesCorrection_whenFileHasAMishap() throws Exception {
    Simulator simulator =
        simulator(NETWORK, new Mishaps(0, 0, 0, 1, 0, 0), output(directory, true));
    simulator.run(END, 1);

    assertThatThrownBy(() -> simulator.correct(0, END))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gNB-00001");
  }

  @Test
  void givesNoFileAFutureTime_whenPeriodHasJustEnded() throws Exception {
    run(NETWORK, Mishaps.NONE, output(directory, true));

    for (WrittenFile file : written) {
      assertThat(Files.getLastModifiedTime(file.path()).toInstant())
          .isBeforeOrEqualTo(NOW.instant());
    }
  }

  @Test
  void holdsIntegersBeyond53Bits_whenNetworkIsLarge() throws Exception {
    Network network = Network.of(100, 3, 20, List.of("NRCellDU"), 1);
    run(network, Mishaps.NONE, output(directory, false));

    assertThat(StaxReading.of(directory).cells.values())
        .anyMatch(text -> text.matches("\\d{16}") && Long.parseLong(text) > 1L << 53);
  }

  private Expected run(Network network, Mishaps mishaps, Output output) throws Exception {
    Simulator simulator = simulator(network, mishaps, output);
    simulator.run(END, 4);
    return simulator.expected();
  }

  private Simulator simulator(Network network, Mishaps mishaps, Output output) {
    return new Simulator(network, mishaps, output, NOW, written::add);
  }

  private static Output output(Path directory, boolean gzip) {
    return new Output(directory, gzip, false, !gzip, Duration.ofMillis(4));
  }

  private void assertEqualsReading(Expected expected) throws IOException {
    StaxReading reading = StaxReading.of(directory);
    reading.forgetYear(2000);
    reading.forgetYear(2097);
    reading.forgetYear(1999);
    long cells = 0;
    for (Expected.GroupSum group : expected.groups()) {
      for (Expected.CounterSum counter : group.counters()) {
        Expected.CounterSum found = reading.sum(group.group(), counter.counter());
        cells += found.numbers() + found.vectors() + found.blanks();
        assertThat(found)
            .as(group.group() + " " + counter.counter())
            .usingRecursiveComparison()
            .withComparatorForType(java.math.BigDecimal::compareTo, java.math.BigDecimal.class)
            .isEqualTo(counter);
      }
    }
    assertThat(expected.cells()).isEqualTo(cells);
    assertThat(expected.rows()).isEqualTo(reading.rows.size());
    assertThat(expected.rejectedFiles()).isEqualTo(reading.unreadable);
    assertThat(expected.groups().stream().mapToLong(Expected.GroupSum::rejectedRows).sum())
        .isEqualTo(reading.rejectedRows);
    assertThat(expected.groups().stream().mapToLong(Expected.GroupSum::rejectedValues).sum())
        .isEqualTo(reading.rejectedValues);
  }

  private static Map<String, String> contents(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(Files::isRegularFile)
          .collect(
              Collectors.toMap(
                  file -> directory.relativize(file).toString(),
                  SimulatorTest::fingerprint,
                  (one, other) -> one,
                  TreeMap::new));
    }
  }

  private static String fingerprint(Path file) {
    try {
      byte[] content = Files.readAllBytes(file);
      return java.util.Arrays.hashCode(content)
          + " "
          + content.length
          + " "
          + Files.getLastModifiedTime(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
