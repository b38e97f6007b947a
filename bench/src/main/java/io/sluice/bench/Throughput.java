package io.sluice.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * How much went through in how long.
 *
 * @param packed bytes of the files as they lay at the source
 * @param xml bytes of XML in them
 * @param took from the first file found to the last one closed, by the ledger's clock
 */
record Throughput(long files, long packed, long xml, long cells, long rows, Duration took) {
  private static final String TOOK =
      """
      select (extract(epoch from max(closed_at) - min(found_at)) * 1000)::bigint from sluice.file
      """;

  static Throughput of(Path directory, Ledger ledger) throws IOException, SQLException {
    long packed = 0;
    long xml = 0;
    List<Path> files = filesIn(directory);
    for (Path file : files) {
      packed += Files.size(file);
      xml += xmlSize(file);
    }
    return new Throughput(
        files.size(),
        packed,
        xml,
        ledger.number("select sum(loaded)::bigint from sluice.file"),
        ledger.number("select sum(rows)::bigint from sluice.file"),
        Duration.ofMillis(ledger.number(TOOK)));
  }

  String line() {
    return String.format(
        Locale.ROOT,
        "%,d files, %.1f MB packed, %.1f MB of XML, %,d cells in %,d rows in %.1f s:%n"
            + "  %.0f files/s, %.2f MB/s packed, %.1f MB/s of XML, %,.0f cells/s, %,.0f rows/s",
        files,
        packed / 1e6,
        xml / 1e6,
        cells,
        rows,
        seconds(),
        files / seconds(),
        packed / 1e6 / seconds(),
        xml / 1e6 / seconds(),
        cells / seconds(),
        rows / seconds());
  }

  double seconds() {
    return Math.max(1, took.toMillis()) / 1000.0;
  }

  private static List<Path> filesIn(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  private static long xmlSize(Path file) throws IOException {
    if (!file.toString().endsWith(".gz")) {
      return Files.size(file);
    }
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file), 1 << 16)) {
      byte[] buffer = new byte[1 << 16];
      long size = 0;
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        size += read;
      }
      return size;
    }
  }
}
