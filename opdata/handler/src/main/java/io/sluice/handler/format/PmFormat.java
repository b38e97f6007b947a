package io.sluice.handler.work;

import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.FeedFormat;
import io.sluice.core.feed.FeedFormat.OnTruncated;
import io.sluice.handler.block.BlockStore;
import io.sluice.handler.clean.CounterCleaning;
import io.sluice.handler.encode.FileContext;
import io.sluice.handler.encode.PmEncoder;
import io.sluice.handler.pm.BlockPmSink;
import io.sluice.handler.pm.PmCounts;
import io.sluice.handler.pm.PmReader;
import io.sluice.handler.pm.PmSettings;
import io.sluice.handler.reject.Reject;
import io.sluice.handler.xml.AaltoPull;
import io.sluice.handler.xml.XmlLimits;
import io.sluice.handler.xml.XmlPull;
import java.io.InputStream;
import java.time.Instant;

/** Reads a measurement file into chunks. */
final class PmFile {

  private PmFile() {}

  static FileCounts read(
      InputStream in, FeedFormat.Pm format, FileContext context, HandleSettings settings) {
    CounterCleaning choice = new CounterCleaning(context.feed(), format);
    PmSettings pm = PmSettings.of(format, choice, context.claim().path());
    PmEncoder encoder = new PmEncoder(context);
    try (BlockStore store = new BlockStore(settings.temp(), settings.blockBytes());
        XmlPull xml = AaltoPull.open(in, XmlLimits.DEFAULT)) {
      BlockPmSink sink = new BlockPmSink(store, encoder);
      PmCounts counts = PmReader.read(xml, pm, sink, context.rejects());
      counts.broken().ifPresent(broken -> keepOrReject(broken, format, context));
      return new FileCounts(
          "cell",
          counts.values(),
          store.collapsed(),
          store.conflicts(),
          encoder.element(),
          time(counts.firstEnd()),
          time(counts.lastEnd()));
    }
  }

  private static void keepOrReject(RejectFile broken, FeedFormat.Pm format, FileContext context) {
    if (format.onTruncated() == OnTruncated.REJECT) {
      throw broken;
    }
    if (context.rejects().count(broken.reason(), 0)) {
      String message =
          broken.position() + ": " + broken.getMessage() + "; what came before it is loaded";
      context.rejects().keep(new Reject(broken.reason(), 0, 0, null, null, null, 0, message, null));
    }
  }

  static Instant time(long micros) {
    boolean none = micros == Long.MAX_VALUE || micros == Long.MIN_VALUE;
    return none ? null : Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L));
  }
}
