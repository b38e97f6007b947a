package io.sluice.handler.format;

import io.sluice.core.feed.FeedFormat;
import io.sluice.handler.block.BlockStore;
import io.sluice.handler.csv.CsvEncoder;
import io.sluice.handler.csv.CsvText;
import io.sluice.handler.encode.FileContext;
import io.sluice.handler.reject.Broken;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** Delimited text. */
final class CsvFormat implements Format {

  private final FeedFormat.Csv format;
  private final CsvText text;
  private final BlockStore store;

  CsvFormat(FeedFormat.Csv format, BlockStore store) {
    this.format = format;
    this.text = new CsvText(format);
    this.store = store;
  }

  @Override
  public FileCounts read(InputStream in, FileContext context) {
    store.reset();
    text.open(in);
    CsvEncoder rows = CsvEncoder.read(text, format, context, store);
    rows.broken()
        .ifPresent(broken -> Broken.keepOrReject(broken, format.onTruncated(), context.rejects()));
    List<String> notes = new ArrayList<>(text.notes());
    notes.addAll(rows.notes());
    return new FileCounts(
        "row",
        rows.rows(),
        rows.collapsed(),
        rows.conflicts(),
        null,
        FileCounts.time(rows.firstTime()),
        FileCounts.time(rows.lastTime()),
        notes);
  }

  @Override
  public void close() {
    store.close();
  }
}
