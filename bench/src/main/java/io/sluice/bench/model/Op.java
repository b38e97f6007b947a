package io.sluice.bench.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One step of a history. All it does follows from its own dice, so that it means the same when
 * other steps are left out.
 *
 * @param at its place in the whole history
 */
record Op(int at, Kind kind, long dice) {

  /** What can happen, and how often beside the others. */
  enum Kind {
    DELIVER(10),
    RESEND(3),
    ARCHIVE(3),
    BREAK(1),
    SAME_TIME(1),
    REMOVE(1),
    PUT_BACK(1),
    SCAN(10),
    DISPATCH(14),
    WORK(40),
    DOUBLE_MESSAGE(2),
    DROP_MESSAGE(2),
    PURGE(1),
    TICK(4),
    SWEEP(3),
    UNPARK(1),
    REPLAY(4),
    PAUSE(1),
    RESUME(2),
    EDIT(1),
    FEED_AWAY(1),
    FEED_BACK(2),
    TRUNCATE(1),
    DROP_TABLE(1),
    DROP_SCHEMA(1),
    LOSE_PACK(1),
    LOSE_CHUNK(1),
    RESTART(1),
    SNAPSHOT(2),
    RESTORE(2);

    private final int weight;

    Kind(int weight) {
      this.weight = weight;
    }

    private static final List<Kind> WEIGHTED = weighted();

    private static List<Kind> weighted() {
      List<Kind> all = new ArrayList<>();
      for (Kind kind : values()) {
        for (int i = 0; i < kind.weight; i++) {
          all.add(kind);
        }
      }
      return List.copyOf(all);
    }
  }

  /** What may happen on another replica in the middle of a step. */
  private static final List<Kind> BESIDE =
      List.of(
          Kind.SCAN,
          Kind.DISPATCH,
          Kind.WORK,
          Kind.WORK,
          Kind.WORK,
          Kind.REPLAY,
          Kind.DELIVER,
          Kind.REMOVE,
          Kind.SWEEP);

  static List<Op> history(Random dice, int steps) {
    List<Op> ops = new ArrayList<>();
    for (int at = 0; at < steps; at++) {
      Kind kind = Kind.WEIGHTED.get(dice.nextInt(Kind.WEIGHTED.size()));
      ops.add(new Op(at, kind, dice.nextLong()));
    }
    return ops;
  }

  Random random() {
    return new Random(dice);
  }

  /** A step that happens in the middle of this one. */
  Op beside() {
    Random other = new Random(dice + 1);
    return new Op(at, BESIDE.get(other.nextInt(BESIDE.size())), other.nextLong());
  }

  @Override
  public String toString() {
    return "%3d %-14s".formatted(at, kind);
  }
}
