package io.sluice.handler.format;

import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedFormat;
import io.sluice.handler.block.BlockStore;
import io.sluice.handler.encode.FileContext;
import io.sluice.handler.encode.FileCounts;
import io.sluice.handler.input.StagedInput;
import java.io.InputStream;
import java.nio.file.Path;

/** Which format a feed's files are read by. */
public final class Formats {

  private Formats() {}

  /**
   * A format for files of a feed.
   *
   * @param temp directory for rows that do not fit in memory
   * @param memory bytes of rows in which duplicates collapse before they go to disk
   */
  public static Format of(Feed feed, Path temp, long memory) {
    BlockStore store = new BlockStore(temp, memory);
    return new Unpacking(
        new StagedInput(feed.source().archives()), format(feed, feed.format(), store));
  }

  private static Format format(Feed feed, FeedFormat format, BlockStore store) {
    if (format instanceof FeedFormat.Pm pm) {
      return new PmFormat(feed, pm, store);
    } else if (format instanceof FeedFormat.Csv csv) {
      return new CsvFormat(csv, store);
    }
    throw new IllegalStateException("no format reads " + format.name());
  }

  /** Unpacks what is packed, whatever the format. */
  private record Unpacking(StagedInput input, Format format) implements Format {

    @Override
    public FileCounts read(InputStream staged, FileContext context) {
      return format.read(input.open(staged, context.file().size()), context);
    }

    @Override
    public void close() {
      try (format) {
        input.close();
      }
    }
  }
}
