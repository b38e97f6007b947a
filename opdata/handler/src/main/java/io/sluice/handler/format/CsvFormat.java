package io.sluice.handler.format;

import io.sluice.core.feed.FeedFormat;
import io.sluice.handler.block.BlockStore;
import io.sluice.handler.csv.CsvEncoder;
import io.sluice.handler.csv.CsvText;
import io.sluice.handler.encode.FileContext;
import io.sluice.handler.encode.FileCounts;
import java.io.InputStream;

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
    return CsvEncoder.read(text, format, context, store);
  }

  @Override
  public void close() {
    store.close();
  }
}
