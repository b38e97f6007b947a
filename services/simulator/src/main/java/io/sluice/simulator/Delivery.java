package io.sluice.simulator;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A file and when it comes.
 *
 * @param copy 1, or 2 for a second file with the same content
 * @param folder below the output directory
 * @param due end of the period with whose files it comes
 */
record Delivery(PmFile file, FileKind kind, int copy, String folder, Instant due) {
  private static final String RESENT = "resent";
  private static final int LATEST = 3;
  private static final Distortion[] BROKEN = {
    Distortion.TRUNCATED_GZIP,
    Distortion.CUT,
    Distortion.WRONG_ROOT,
    Distortion.LIST_MISMATCH,
    Distortion.TEMPLATE_TEXT,
    Distortion.NOT_A_MEASUREMENT,
    Distortion.EMPTY
  };

  /** What an element delivers for the period that ends at {@code end}. */
  static List<Delivery> of(Network network, Mishaps mishaps, int gnb, Instant end) {
    FileKind kind = kind(network, mishaps, gnb, end);
    long variant = Hash.of(network.seed(), gnb, end.getEpochSecond(), 8);
    Instant later = end.plus(delay(network, variant));
    PmFile file = new PmFile(gnb, end, 1, Distortion.NONE);
    Delivery normal = new Delivery(file, FileKind.NORMAL, 1, "", end);
    return switch (kind) {
      case NORMAL -> List.of(normal);
      case GROWING -> List.of(normal.as(kind, end));
      case LATE -> List.of(normal.as(kind, later));
      case CORRECTION -> List.of(normal, new Delivery(file.version(2), kind, 1, "", later));
      case DUPLICATE -> duplicate(normal, variant, later);
      case BROKEN -> List.of(normal.as(kind, end).with(BROKEN[Hash.below(variant, BROKEN.length)]));
      case OUT_OF_WINDOW -> List.of(normal.as(kind, end).with(Distortion.WRONG_CLOCK));
    };
  }

  static FileKind kind(Network network, Mishaps mishaps, int gnb, Instant end) {
    return mishaps.pick(Hash.unit(Hash.of(network.seed(), gnb, end.getEpochSecond(), 7)));
  }

  private static List<Delivery> duplicate(Delivery normal, long variant, Instant later) {
    return switch (Hash.below(variant, 3)) {
      case 0 -> List.of(normal.as(FileKind.DUPLICATE, normal.due()).with(Distortion.TWO_JOBS));
      case 1 ->
          List.of(normal, new Delivery(normal.file(), FileKind.DUPLICATE, 2, "", normal.due()));
      default -> List.of(normal, new Delivery(normal.file(), FileKind.DUPLICATE, 1, RESENT, later));
    };
  }

  private static Duration delay(Network network, long variant) {
    return network.period().multipliedBy(1 + Hash.below(variant, LATEST));
  }

  private Delivery as(FileKind other, Instant when) {
    return new Delivery(file, other, copy, folder, when);
  }

  private Delivery with(Distortion distortion) {
    return new Delivery(
        new PmFile(file.gnb(), file.end(), file.version(), distortion), kind, copy, folder, due);
  }

  boolean isCopy() {
    return copy > 1 || !folder.isEmpty();
  }
}
