package io.sluice.loader;

import io.sluice.core.chunk.ChunkReader;
import io.sluice.core.chunk.Segment;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.staging.StagingObjectMissing;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads chunks from staging. */
final class ChunkFetcher {

  private static final Logger LOG = LoggerFactory.getLogger(ChunkFetcher.class);

  private final Staging staging;
  private final LoadSettings settings;
  private final Pauses pauses;

  ChunkFetcher(Staging staging, LoadSettings settings, Pauses pauses) {
    this.staging = staging;
    this.settings = settings;
    this.pauses = pauses;
  }

  /**
   * Reads a chunk whole.
   *
   * @return empty when it is not there, or not whole: its file is to be handled again
   * @throws PauseStage when staging is away
   */
  Optional<LoadedChunk> fetch(Attempt attempt) {
    ChunkId id = attempt.id();
    String key =
        StagingKeys.chunk(
            attempt.feed(), attempt.foundAt(), id.fileId(), id.handling(), id.chunk());
    for (int read = 1; ; read++) {
      try (InputStream in = staging.open(key)) {
        return Optional.of(read(attempt, in));
      } catch (StagingObjectMissing | DamagedChunk | EOFException e) {
        LOG.warn("feed {}: chunk {}: {}", attempt.feed(), key, e.getMessage());
        if (read >= settings.stagingReads()) {
          return Optional.empty();
        }
        pauses.pause(read);
      } catch (IOException e) {
        throw new PauseStage("staging: reading " + key + ": " + e.getMessage(), e);
      }
    }
  }

  private static LoadedChunk read(Attempt attempt, InputStream in) throws IOException {
    List<SegmentData> segments = new ArrayList<>();
    long bytes = 0;
    ChunkReader reader = new ChunkReader(in);
    ChunkId id = attempt.id();
    if (!id.equals(new ChunkId(reader.fileId(), reader.handling(), reader.chunk()))) {
      throw new DamagedChunk("it holds another chunk");
    }
    for (Segment head = reader.next(); head != null; head = reader.next()) {
      if (head.bytes() > Integer.MAX_VALUE - 16) {
        throw new DamagedChunk("a segment claims " + head.bytes() + " bytes");
      }
      byte[] rows = reader.payload().readNBytes((int) head.bytes());
      segments.add(SegmentData.whole(id, head, rows));
      bytes += rows.length;
    }
    return new LoadedChunk(attempt, segments, bytes);
  }

  private static final class DamagedChunk extends IOException {

    private static final long serialVersionUID = 1L;

    DamagedChunk(String message) {
      super(message);
    }
  }
}
