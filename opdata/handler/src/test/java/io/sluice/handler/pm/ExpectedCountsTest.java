package io.sluice.handler.pm;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.handler.value.CellKind;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Reads public sample files and compares with counts of an independent reader, where these are at
 * hand.
 */
@EnabledIfEnvironmentVariable(named = "SLUICE_SHARED_DATA", matches = ".+")
class ExpectedCountsTest {

  @TempDir Path temp;

  static Stream<Map<String, String>> files() throws IOException {
    String data = System.getenv("SLUICE_SHARED_DATA");
    if (data == null) {
      return Stream.empty();
    }
    List<String> lines = Files.readAllLines(Path.of(data, "pm3gpp", "EXPECTED.tsv"));
    List<String> header = Arrays.asList(lines.get(0).split("\t", -1));
    return lines.stream()
        .skip(1)
        .map(line -> row(header, line))
        .filter(r -> r.containsKey("values"));
  }

  private static Map<String, String> row(List<String> header, String line) {
    String[] parts = line.split("\t", -1);
    Map<String, String> row = new HashMap<>();
    for (int i = 0; i < parts.length; i++) {
      row.put(header.get(i), parts[i]);
    }
    return row;
  }

  @ParameterizedTest
  @MethodSource("files")
  void countsAsTheIndependentReader_whenFileIsReal(Map<String, String> expected)
      throws IOException {
    Path file = Path.of(System.getenv("SLUICE_SHARED_DATA"), expected.get("file"));
    try (InputStream in = open(file)) {
      CountedPm read = CountedPm.read(in, CountedPm.all(file.toString()), temp);
      Map<String, String> found = found(read);
      for (Map.Entry<String, String> entry : found.entrySet()) {
        String wanted = expected.get(entry.getKey());
        assertThat(entry.getValue())
            .as("%s of %s; rejects %s", entry.getKey(), file, read.rejectTexts)
            .isEqualTo(wanted.startsWith("BAD") ? "" : wanted);
      }
    }
  }

  private static Map<String, String> found(CountedPm read) {
    Map<String, String> found = new HashMap<>();
    PmCounts counts = read.counts;
    found.put("measInfo", "" + counts.measInfos);
    found.put("measValues", "" + counts.measValues);
    found.put("values", "" + counts.values());
    found.put("cells", "" + read.cellCount());
    found.put("numeric", "" + read.count(CellKind.DOUBLE, CellKind.NUMERIC));
    found.put("vector", "" + read.count(CellKind.VECTOR, CellKind.VECTOR_NUMERIC));
    found.put("blank", "" + read.count(CellKind.BLANK));
    found.put("rejected_values", "" + counts.rejectedValues);
    found.put("rejected_measValues", "" + counts.rejectedMeasValues);
    found.put("collapsed", "" + read.collapsed);
    found.put("conflicts", "" + read.conflicts);
    found.put("suspect", "" + counts.suspect);
    found.put("first_end", time(counts.firstEnd()));
    found.put("last_end", time(counts.lastEnd()));
    found.put("sum_numeric", read.cellCount() == 0 ? "0" : "" + decimal(read.sum));
    if (read.cellCount() > 0) {
      found.put("elements", "" + read.elements.size());
      found.put("ids", "" + read.groups.size());
    }
    return found;
  }

  private static String time(long micros) {
    boolean none = micros == Long.MIN_VALUE || micros == Long.MAX_VALUE;
    return none ? "" : Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L)).toString();
  }

  private static String decimal(double sum) {
    return new java.math.BigDecimal(sum).setScale(1, java.math.RoundingMode.HALF_UP).toString();
  }

  private static InputStream open(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file));
    in.mark(2);
    boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
    in.reset();
    return gzip ? new GZIPInputStream(in) : in;
  }
}
