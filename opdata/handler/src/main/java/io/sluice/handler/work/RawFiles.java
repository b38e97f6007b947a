package io.sluice.handler.work;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.feed.Feed;
import io.sluice.core.staging.BlockStream;
import io.sluice.core.staging.Packs;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.staging.StagingObjectMissing;
import io.sluice.core.work.BatchFile;
import io.sluice.core.work.RawPlace;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;

/**
 * Opens the files of a batch one after the other. Files of one pack that come in the order of their
 * places are read from one stream.
 */
final class RawFiles implements AutoCloseable {

  private static final int BUFFER = 64 << 10;

  private final Staging staging;
  private final Feed feed;
  private final HandleSettings settings;
  private final Set<Long> missing = new HashSet<>();
  private InputStream pack;
  private long packToken;
  private long position;

  RawFiles(Staging staging, Feed feed, HandleSettings settings) {
    this.staging = staging;
    this.feed = feed;
    this.settings = settings;
  }

  /**
   * Opens a file; the one before must not be read any more.
   *
   * @throws StagingObjectMissing when staging does not have it, or not all of it, even after a
   *     while
   * @throws IOException when staging is away
   */
  InputStream open(BatchFile file) throws IOException {
    RawPlace place = file.raw().orElseThrow(() -> new StagingObjectMissing("of file " + file.id()));
    if (pack == null || packToken != place.pack() || position > place.offset()) {
      close();
      pack = new BufferedInputStream(openPack(place), BUFFER);
      packToken = place.pack();
      position = place.offset();
    }
    skip(place.offset() - position);
    position = place.offset();
    return new Slice(file.size());
  }

  private void skip(long bytes) throws IOException {
    position = Long.MAX_VALUE; // should it fail, nobody knows where: the next file opens it anew
    try {
      pack.skipNBytes(bytes);
    } catch (EOFException e) {
      throw new StagingObjectMissing(StagingKeys.raw(feed.name(), packToken));
    }
  }

  /** A store may show an object late; one that is not there is not waited for a second time. */
  private InputStream openPack(RawPlace place) throws IOException {
    for (int attempt = 0; ; attempt++) {
      try {
        return Packs.open(staging, feed.name(), feed.formerly(), place.pack(), place.offset());
      } catch (StagingObjectMissing e) {
        if (attempt >= settings.missingRetries() || missing.contains(place.pack())) {
          missing.add(place.pack());
          throw e;
        }
        pause();
      }
    }
  }

  private void pause() {
    try {
      Thread.sleep(settings.missingRetry().toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PauseStage("interrupted while waiting for staging", e);
    }
  }

  @Override
  public void close() throws IOException {
    if (pack != null) {
      InputStream old = pack;
      pack = null;
      old.close();
    }
  }

  /** The bytes of one file; the pack stays open. */
  private final class Slice extends BlockStream {

    private long left;

    Slice(long size) {
      this.left = size;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      if (left == 0) {
        return -1;
      }
      int count = readPack(bytes, offset, (int) Math.min(length, left));
      if (count < 0) {
        throw new io.sluice.core.fate.StagingObjectMissing(
            "pack " + StagingKeys.raw(feed.name(), packToken) + " ends " + left + " bytes short");
      }
      left -= count;
      position += count;
      return count;
    }

    /** Tells a failing store from broken data by the exception's type. */
    private int readPack(byte[] bytes, int offset, int length) {
      try {
        return pack.read(bytes, offset, length);
      } catch (IOException e) {
        throw new PauseStage("staging cannot be read: " + e.getMessage(), e);
      }
    }
  }
}
