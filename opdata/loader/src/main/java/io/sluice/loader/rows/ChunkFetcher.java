package io.sluice.loader.rows;

import io.sluice.core.chunk.ChunkReader;
import io.sluice.core.chunk.Segment;
import io.sluice.core.chunk.Segment.Run;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.staging.StagingObjectMissing;
import io.sluice.core.work.BatchFile;
import io.sluice.core.work.Claim;
import io.sluice.core.work.NamedFailure;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads chunks from staging. */
public final class ChunkFetcher {

  private static final Logger LOG = LoggerFactory.getLogger(ChunkFetcher.class);

  private final Staging staging;
  private final int reads;
  private final IntConsumer pause;

  /**
   * @param reads of a chunk that is missing or damaged, before it is given up
   * @param pause waits after the n-th read
   */
  public ChunkFetcher(Staging staging, int reads, IntConsumer pause) {
    this.staging = staging;
    this.reads = reads;
    this.pause = pause;
  }

  /**
   * Reads a chunk whole.
   *
   * @param number of the chunk, from 0
   * @throws NamedFailure {@code chunk_missing} when it is not there, or not whole: its files are
   *     handled again, with the attempt counted, since it may be damaged every time
   * @throws PauseStage when staging is away
   */
  public Chunk fetch(Claim claim, int number) {
    String key = StagingKeys.chunk(claim.feed(), claim.chunk(), number);
    for (int read = 1; ; read++) {
      try (InputStream in = staging.open(key)) {
        return read(claim, number, in);
      } catch (StagingObjectMissing | DamagedChunk | EOFException e) {
        LOG.warn("feed={} chunk={}: {}", claim.feed(), key, e.getMessage());
        if (read >= reads) {
          throw lost(key, e);
        }
        pause.accept(read);
      } catch (IOException e) {
        throw away(key, e);
      }
    }
  }

  private RuntimeException lost(String key, IOException e) {
    try {
      staging.checkReadable();
      return new NamedFailure(
          "chunk_missing",
          "chunk %s is missing or damaged in staging (%s); if it happens again, look for what deletes or cuts files there, then run: sluice dead replay"
              .formatted(key, e instanceof EOFException ? "it ends too early" : e.getMessage()),
          e);
    } catch (IOException away) {
      return away(key, away);
    }
  }

  private static PauseStage away(String key, IOException e) {
    return new PauseStage("staging: reading " + key + ": " + e.getMessage(), e);
  }

  private static Chunk read(Claim claim, int number, InputStream in) throws IOException {
    ChunkReader reader = new ChunkReader(in);
    if (reader.token() != claim.chunk() || reader.chunk() != number) {
      throw new DamagedChunk("it holds another chunk");
    }
    List<RowRange> rows = new ArrayList<>();
    List<RowRange> rejects = new ArrayList<>();
    Map<Long, Long> versions =
        claim.files().stream().collect(Collectors.toMap(BatchFile::id, BatchFile::version));
    long bytes = 0;
    for (Segment head = reader.next(); head != null; head = reader.next()) {
      if (head.length() > Integer.MAX_VALUE - 16) {
        throw new DamagedChunk("a segment claims " + head.length() + " bytes");
      }
      byte[] segment = reader.payload();
      addRanges(
          new SegmentData(head, ByteBuffer.wrap(segment)),
          versions,
          head.tableId() == Segment.REJECTS ? rejects : rows);
      bytes += segment.length;
    }
    return new Chunk(rows, rejects, reader.ids(), bytes);
  }

  /** Files that have left the batch have no version here, and no rows later. */
  private static void addRanges(
      SegmentData segment, Map<Long, Long> versions, List<RowRange> ranges) throws DamagedChunk {
    Segment head = segment.head();
    long offset = 0;
    long row = 0;
    long cells = 0;
    for (Run run : head.runs()) {
      ranges.add(
          new RowRange(
              segment,
              run.fileId(),
              run.handling(),
              versions.getOrDefault(run.fileId(), 0L),
              (int) offset,
              (int) run.bytes(),
              (int) row,
              (int) run.rows(),
              run.cells()));
      offset += run.bytes();
      row += run.rows();
      cells += run.cells();
    }
    if (offset != head.bytes() || row != head.rows() || cells != head.cells()) {
      throw new DamagedChunk("the runs of %s do not add up".formatted(head.table()));
    }
  }

  private static final class DamagedChunk extends IOException {

    DamagedChunk(String message) {
      super(message);
    }
  }
}
