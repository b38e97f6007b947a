package io.sluice.handler.format;

import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedFormat;
import io.sluice.core.feed.FeedTarget.Mode;
import io.sluice.handler.block.BlockStore;
import io.sluice.handler.clean.CounterCleaning;
import io.sluice.handler.encode.ChunkOutput;
import io.sluice.handler.encode.FileContext;
import io.sluice.handler.encode.FileCounts;
import io.sluice.handler.encode.PmEncoder;
import io.sluice.handler.pm.PmCounts;
import io.sluice.handler.pm.PmReader;
import io.sluice.handler.pm.PmSettings;
import io.sluice.handler.pm.PmSink;
import io.sluice.handler.reject.Broken;
import io.sluice.handler.xml.XmlLimits;
import io.sluice.handler.xml.XmlOpener;
import io.sluice.handler.xml.XmlPull;
import java.io.InputStream;
import java.util.List;

/** Measurement files of 3GPP. */
final class PmFormat implements Format {

  private final FeedFormat.Pm format;
  private final CounterCleaning choice;
  private final BlockStore store;
  private final boolean merges;
  private ChunkOutput output;
  private PmEncoder encoder;
  private final XmlOpener documents = new XmlOpener(XmlLimits.DEFAULT);

  PmFormat(Feed feed, FeedFormat.Pm format, BlockStore store) {
    this.format = format;
    this.choice = new CounterCleaning(feed, format);
    this.store = store;
    this.merges = feed.target().mode() == Mode.MERGE;
  }

  @Override
  public FileCounts read(InputStream in, FileContext context) {
    store.reset();
    PmSettings settings = PmSettings.of(format, choice, context.file().path());
    PmEncoder encoder = encoder(context);
    try (XmlPull xml = documents.open(in)) {
      PmSink sink = new PmSink(store, encoder, merges);
      PmCounts counts = PmReader.read(xml, settings, sink, context.rejects());
      counts
          .broken()
          .ifPresent(
              broken -> Broken.keepOrReject(broken, format.onTruncated(), context.rejects()));
      return FileCounts.of(
          "cell",
          counts.values(),
          store,
          encoder.element(),
          counts.firstEnd(),
          counts.lastEnd(),
          List.of());
    }
  }

  /** One for all files of a batch, which share its segments. */
  private PmEncoder encoder(FileContext context) {
    if (context.batch().output() != output) {
      output = context.batch().output();
      encoder = new PmEncoder(context.batch());
    }
    encoder.begin(context);
    return encoder;
  }

  @Override
  public void close() {
    store.close();
  }
}
