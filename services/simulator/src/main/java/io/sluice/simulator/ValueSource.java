package io.sluice.simulator;

import java.time.Instant;

/**
 * The values a network measures.
 *
 * <p>Whether a value is there, blank or a vector follows from the object and the period alone; the
 * number follows from the version too. So a corrected file changes numbers and never which cells
 * have one, and what the warehouse must hold does not depend on the order in which files arrive.
 */
final class ValueSource {
  private static final double ABSENT = 0.004;
  private static final double BLANK = 0.010;
  private static final double NIL = 0.015;
  private static final double SUSPECT = 0.01;
  private static final int EVENTS = 1_000;
  private static final double OCTETS = 20e9;
  private static final double SINCE_START = 50;
  private static final int ONE_IN_BEYOND_53_BITS = 200;
  private static final int ONE_IN_BLANK_VECTOR = 200;
  private static final int ONE_IN_PLAIN_VECTOR = 300;
  private static final int ONE_IN_BLANK_BIN = 40;

  private final Network network;
  private final Cell cell = new Cell();
  private long shape;
  private long numbers;
  private double load;
  private ValueForm form = ValueForm.NUMBERED;

  ValueSource(Network network) {
    this.network = network;
  }

  /** Turns to one object's values of the period that ends at {@code end}. */
  void open(int gnb, Instant end, int group, int object, int version, ValueForm writtenAs) {
    shape = Hash.of(network.seed(), gnb, end.getEpochSecond(), group, object);
    numbers = Hash.of(shape, version);
    double weight = 0.3 + 1.4 * Hash.unit(Hash.of(network.seed(), gnb, object, 3));
    load = weight * DailyLoad.at(end, network.zone());
    form = writtenAs;
  }

  boolean suspect() {
    return Hash.unit(Hash.of(shape, -1)) < SUSPECT;
  }

  /** The value of a counter; valid until the next call. */
  Cell value(int index, Counter counter) {
    long kind = Hash.of(shape, index);
    double present = Hash.unit(kind);
    if (present >= NIL) {
      fill(index, counter.kind(), kind, Hash.of(numbers, index));
    } else if (form == ValueForm.LIST || present >= BLANK) {
      cell.state = Cell.State.NIL;
    } else {
      cell.state = present < ABSENT ? Cell.State.ABSENT : Cell.State.BLANK;
    }
    return cell;
  }

  private void fill(int index, Counter.Kind kind, long shapeHash, long hash) {
    double level = load * (0.7 + 0.6 * Hash.unit(hash));
    switch (kind) {
      case COUNT -> cell.number((long) (level * EVENTS), 0);
      case VOLUME -> cell.number((long) (level * OCTETS), 0);
      case TOTAL -> cell.number(total(level, hash), 0);
      case MEAN -> {
        int scale = 1 + index % 3;
        cell.number((long) (level * 100 * Math.pow(10, scale)), scale);
      }
      case LEVEL -> cell.number(-700 - Hash.below(hash, 500), 1);
      case VECTOR -> fillVector(index, shapeHash, hash);
    }
  }

  /** Odd beyond 2^53, so that a double cannot hold it. */
  private static long total(double level, long hash) {
    boolean beyond = Hash.below(hash, ONE_IN_BEYOND_53_BITS) == 0;
    return beyond ? (1L << 53) + (hash >>> 12 | 1) : (long) (level * OCTETS * SINCE_START);
  }

  private void fillVector(int index, long shapeHash, long hash) {
    int bins = 8 + index % 9;
    if (Hash.below(shapeHash, ONE_IN_PLAIN_VECTOR) == 1) {
      cell.number(Hash.below(hash, EVENTS), 0);
      return;
    }
    boolean blank = Hash.below(shapeHash, ONE_IN_BLANK_VECTOR) == 0;
    cell.startVector(blank);
    for (int bin = 0; bin < bins; bin++) {
      if (bin > 0) {
        cell.comma();
      }
      if (!blank && (bin == 0 || Hash.below(Hash.of(shapeHash, bin), ONE_IN_BLANK_BIN) > 0)) {
        cell.bin(Hash.below(Hash.of(hash, bin), EVENTS));
      }
    }
  }
}
