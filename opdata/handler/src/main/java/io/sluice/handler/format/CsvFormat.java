package io.sluice.handler.work;

import io.sluice.core.feed.FeedFormat;
import io.sluice.handler.csv.CsvEncoder;
import io.sluice.handler.csv.CsvText;
import io.sluice.handler.encode.FileContext;
import java.io.InputStream;

/** Reads a CSV file into chunks. */
final class CsvFile {

  private CsvFile() {}

  static FileCounts read(InputStream in, FeedFormat.Csv format, FileContext context) {
    CsvEncoder rows = CsvEncoder.read(CsvText.open(in, format), format, context);
    return new FileCounts(
        "row",
        rows.rows(),
        0,
        0,
        null,
        PmFile.time(rows.firstTime()),
        PmFile.time(rows.lastTime()));
  }
}
