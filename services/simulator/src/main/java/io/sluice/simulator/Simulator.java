package io.sluice.simulator;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;

/**
 * Writes the files of a network, period by period, and knows what must be in the warehouse when all
 * of them are loaded. Not safe for use by several threads.
 */
public final class Simulator {
  private static final int DELIVERED_WITHIN_SECONDS = 60;

  private record Key(int gnb, Instant end) {}

  private final Network network;
  private final Mishaps mishaps;
  private final Output output;
  private final Clock clock;
  private final Consumer<WrittenFile> listener;
  private final PmFileWriter writer;
  private final FileContents contents;
  private final FileNames names;
  private final FileStore store;
  private final Tally kept;
  private final Tally repeated;
  private final Tally outOfWindow;
  private final Tally unread;
  private final Map<FileKind, Long> files = new EnumMap<>(FileKind.class);
  private final Map<Key, Integer> versions = new HashMap<>();
  private final PriorityQueue<Delivery> pending =
      new PriorityQueue<>(
          Comparator.comparing(Delivery::due)
              .thenComparing(d -> d.file().end())
              .thenComparing(d -> d.file().gnb()));
  private long rejectedFiles;
  private long replacedCells;

  /**
   * A simulator that has written nothing yet.
   *
   * @param clock the time of day, which no file's modification time exceeds
   * @param listener is told of each file once it is in place, or begins to grow
   */
  public Simulator(
      Network network,
      Mishaps mishaps,
      Output output,
      Clock clock,
      Consumer<WrittenFile> listener) {
    this.network = network;
    this.mishaps = mishaps;
    this.output = output;
    this.clock = clock;
    this.listener = listener;
    writer = new PmFileWriter(network, output.singleLine());
    contents = new FileContents(writer, output.gzip());
    names = new FileNames(network, output);
    store = new FileStore(output.growFor());
    kept = new Tally(network);
    repeated = new Tally(network);
    outOfWindow = new Tally(network);
    unread = new Tally(network);
  }

  /**
   * Writes {@code periods} periods, the last of which ends at {@code lastEnd}, and what is late.
   */
  public void run(Instant lastEnd, int periods) throws IOException, InterruptedException {
    for (int back = periods - 1; back >= 0; back--) {
      period(lastEnd.minus(network.period().multipliedBy(back)));
    }
    finish();
  }

  /** Writes what comes when the period that ends at {@code end} is over, earlier files included. */
  public void period(Instant end) throws IOException, InterruptedException {
    for (int gnb = 0; gnb < network.gnbs(); gnb++) {
      for (Delivery delivery : Delivery.of(network, mishaps, gnb, end)) {
        if (delivery.due().isAfter(end)) {
          pending.add(delivery);
        } else {
          deliver(delivery);
        }
      }
    }
    while (!pending.isEmpty() && !pending.peek().due().isAfter(end)) {
      deliver(pending.remove());
    }
    store.growAll();
  }

  /** Writes what is still to come: late files, corrections and copies of the periods so far. */
  public void finish() throws IOException {
    while (!pending.isEmpty()) {
      deliver(pending.remove());
    }
  }

  /** Whether a file has no mishap, so that {@link #correct} may be used on it. */
  public boolean isPlain(int gnb, Instant end) {
    return Delivery.kind(network, mishaps, gnb, end) == FileKind.NORMAL;
  }

  /** Writes an already written file again, under its name and with other values. */
  public WrittenFile correct(int gnb, Instant end) throws IOException {
    if (!isPlain(gnb, end)) {
      throw new IllegalArgumentException(
          Network.element(gnb) + " at " + end + " has a mishap already; choose a plain file.");
    }
    int version = versions.getOrDefault(new Key(gnb, end), 1) + 1;
    PmFile file = new PmFile(gnb, end, version, Distortion.NONE);
    return deliver(new Delivery(file, FileKind.CORRECTION, 1, "", end));
  }

  /**
   * Writes one file of about {@code bytes} bytes of XML: the first element's, with as many objects
   * as it takes. Uses little memory, whatever the size.
   */
  public WrittenFile oneFile(Instant end, long bytes) throws IOException {
    PmFile file = new PmFile(0, end, 1, Distortion.NONE);
    Path path = names.path(0, end, "", 1);
    try (OutputStream raw = store.open(path);
        OutputStream out = output.gzip() ? new GZIPOutputStream(raw, 1 << 16) : raw) {
      writer.write(file, new ByteSink(out), new PmFileWriter.Count(kept, repeated, 1), bytes);
    }
    Instant modified = modified(0, end, end, 1);
    store.finish(path, modified);
    return written(file, FileKind.NORMAL, path, path.toFile().length(), modified);
  }

  /** What must be in the warehouse once everything written so far is loaded. */
  public Expected expected() {
    Map<String, Long> byKind = new HashMap<>();
    files.forEach((kind, count) -> byKind.put(kind.label(), count));
    return new Expected(
        byKind,
        rejectedFiles,
        kept.cells(),
        repeated.cells(),
        replacedCells,
        outOfWindow.cells(),
        kept.expected());
  }

  private WrittenFile deliver(Delivery delivery) throws IOException {
    PmFile file = delivery.file();
    if (file.version() > 1) {
      takeBack(file.version(file.version() - 1));
      versions.put(new Key(file.gnb(), file.end()), file.version());
    }
    byte[] content = contents.of(file, count(delivery));
    Path path = names.path(file.gnb(), writer.clock(file), delivery.folder(), delivery.copy());
    Instant modified = modified(file.gnb(), file.end(), delivery.due(), file.version());
    if (delivery.kind() == FileKind.GROWING) {
      store.grow(path, content, modified);
    } else {
      store.write(path, content, modified);
    }
    return written(file, delivery.kind(), path, content.length, modified);
  }

  private void takeBack(PmFile earlier) throws IOException {
    long before = kept.cells();
    writer.write(
        earlier,
        new ByteSink(OutputStream.nullOutputStream()),
        new PmFileWriter.Count(kept, repeated, -1));
    replacedCells += before - kept.cells();
  }

  private PmFileWriter.Count count(Delivery delivery) {
    if (delivery.isCopy()) {
      return new PmFileWriter.Count(repeated, repeated, 1);
    }
    return switch (delivery.file().distortion().reach()) {
      case CELLS -> new PmFileWriter.Count(kept, repeated, 1);
      case OUT_OF_WINDOW -> new PmFileWriter.Count(outOfWindow, outOfWindow, 1);
      case NOTHING -> new PmFileWriter.Count(unread, unread, 1);
    };
  }

  /** A correction is newer by a whole second, which is what SFTP servers tell apart. */
  private Instant modified(int gnb, Instant end, Instant due, int version) {
    long hash = Hash.of(network.seed(), gnb, end.getEpochSecond(), 9);
    int takes = 1 + Hash.below(hash, DELIVERED_WITHIN_SECONDS);
    Instant now = clock.instant();
    Instant first = earlier(end.plusSeconds(takes), now).plusSeconds(version - 1);
    Instant then = earlier(due.plusSeconds(takes), now);
    return then.isAfter(first) ? then : first;
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private WrittenFile written(PmFile file, FileKind kind, Path path, long size, Instant modified) {
    boolean readable = file.distortion().reach() != Distortion.Reach.NOTHING;
    files.merge(kind, 1L, Long::sum);
    rejectedFiles += readable ? 0 : 1;
    WrittenFile written =
        new WrittenFile(
            path, kind, file.gnb(), file.end(), file.version(), readable, size, modified);
    listener.accept(written);
    return written;
  }
}
