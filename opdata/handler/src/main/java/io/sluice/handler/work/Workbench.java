package io.sluice.handler.work;

import io.sluice.core.feed.Feed;
import io.sluice.handler.encode.Buffers;
import io.sluice.handler.format.Format;
import io.sluice.handler.format.Formats;

/** What a worker keeps from batch to batch: buffers, and the format of the last feed. */
final class Workbench implements AutoCloseable {

  private final HandleSettings settings;
  private final Buffers buffers;
  private Feed feed;
  private Format format;

  Workbench(HandleSettings settings) {
    this.settings = settings;
    this.buffers = new Buffers(2 * settings.chunkBytes());
  }

  Buffers buffers() {
    return buffers;
  }

  /** The format of a feed's files; another once the feed's definition has changed. */
  Format format(Feed wanted) {
    if (format == null || !wanted.equals(feed)) {
      close();
      feed = wanted;
      format = Formats.of(wanted, settings.temp(), settings.blockBytes());
    }
    return format;
  }

  /** Lets the format go, whatever state it is in. */
  @Override
  public void close() {
    if (format != null) {
      Format old = format;
      format = null;
      old.close();
    }
  }
}
