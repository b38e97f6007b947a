package io.sluice.handler.work;

import io.sluice.core.fate.FateException;
import io.sluice.core.fate.ParkTarget;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.fate.RejectFile;
import io.sluice.core.fate.RetryBatch;
import io.sluice.core.staging.StagingObjectMissing;
import io.sluice.core.work.BatchFile;
import io.sluice.core.work.Claim;
import io.sluice.core.work.StageTask;
import io.sluice.handler.encode.BatchContext;
import io.sluice.handler.encode.FileContext;
import io.sluice.handler.encode.FileCounts;
import io.sluice.handler.reject.RejectLog;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** One handling of a batch: file by file, and what fails in one file is that file's. */
final class BatchHandling {

  private static final int EXCERPT = 1_024;

  private final Claim claim;
  private final BatchContext context;
  private final RawFiles files;
  private final Workbench bench;
  private final BatchResult result;

  BatchHandling(
      Claim claim, BatchContext context, RawFiles files, Workbench bench, BatchResult result) {
    this.claim = claim;
    this.context = context;
    this.files = files;
    this.bench = bench;
    this.result = result;
  }

  StageTask.Result run() throws IOException {
    try {
      for (BatchFile file : byPlace()) {
        handle(file);
      }
      if (result.hasRows()) {
        context.output().finish();
      }
    } catch (IOException | RuntimeException | StackOverflowError e) {
      result.discard(context.output().staged());
      Optional<ParkTarget> park = Refusals.of(e);
      if (park.isEmpty()) {
        throw e;
      }
      return result.park(park.get());
    }
    return result.record(context.feed(), context.output().staged());
  }

  /** So that each pack is opened once. */
  private List<BatchFile> byPlace() {
    return claim.files().stream()
        .sorted(
            Comparator.comparingLong((BatchFile f) -> f.raw().map(raw -> raw.pack()).orElse(0L))
                .thenComparing(f -> f.raw().map(raw -> raw.offset()).orElse(0L)))
        .toList();
  }

  /** What fails here is the file's own, unless it speaks of the surroundings or of a chunk. */
  private void handle(BatchFile file) throws IOException {
    try {
      read(file);
    } catch (StagingObjectMissing | io.sluice.core.fate.StagingObjectMissing e) {
      result.fetchAgain(file, e.getMessage());
    } catch (RejectFile e) {
      result.rejected(file, e, excerpt(file));
    } catch (RuntimeException | StackOverflowError e) {
      if (context.output().isFailure(e) || e instanceof PauseStage || e instanceof RetryBatch) {
        throw e;
      }
      failed(file, e);
    }
  }

  private void read(BatchFile file) throws IOException {
    context.output().begin(file);
    RejectLog rejects = new RejectLog();
    FileCounts counts;
    try (InputStream raw = files.open(file)) {
      counts = bench.format(context.feed()).read(raw, new FileContext(context, file, rejects));
    }
    checkExact(counts, rejects);
    context.output().reject(rejects.rows());
    result.handled(file, counts, rejects);
  }

  /** Every unit read is somewhere: this is what makes reconciliation exact. */
  private void checkExact(FileCounts counts, RejectLog rejects) {
    long encoded = context.output().units();
    if (counts.read() != encoded + counts.collapsed() + rejects.cells()) {
      throw new IllegalStateException(
          "%d units read but %d encoded, %d collapsed and %d rejected"
              .formatted(counts.read(), encoded, counts.collapsed(), rejects.cells()));
    }
  }

  private void failed(BatchFile file, Throwable e) {
    Optional<ParkTarget> park = Refusals.of(e);
    if (park.isPresent()) {
      result.parked(file, park.get());
    } else {
      bench.close(); // whatever state its format was left in
      result.failed(file, e);
    }
  }

  /** The first text of the file, to see at a glance what it is. */
  private String excerpt(BatchFile file) {
    try (InputStream in = files.open(file)) {
      return new String(in.readNBytes(EXCERPT), StandardCharsets.UTF_8);
    } catch (IOException | FateException e) {
      return "(no longer readable: " + e.getMessage() + ")";
    }
  }
}
