package io.sluice.simulator;

/**
 * What share of the files goes wrong, each in [0, 1] and together at most 1. A file has one mishap
 * at most.
 */
public record Mishaps(
    double late,
    double duplicate,
    double corrected,
    double broken,
    double outOfWindow,
    double growing) {

  /** Every file comes once, in time and whole. */
  public static final Mishaps NONE = new Mishaps(0, 0, 0, 0, 0, 0);

  public Mishaps {
    double[] shares = {late, duplicate, corrected, broken, outOfWindow, growing};
    double sum = 0;
    for (double share : shares) {
      if (!(share >= 0)) {
        throw new IllegalArgumentException("A share of files cannot be " + share + ".");
      }
      sum += share;
    }
    if (sum > 1) {
      throw new IllegalArgumentException(
          "The shares of files that go wrong add up to " + sum + "; at most 1 (100%) is possible.");
    }
  }

  /** What happens to a file for which {@code draw} in [0, 1) was drawn. */
  FileKind pick(double draw) {
    double[] shares = {late, duplicate, corrected, broken, outOfWindow, growing};
    FileKind[] kinds = {
      FileKind.LATE,
      FileKind.DUPLICATE,
      FileKind.CORRECTION,
      FileKind.BROKEN,
      FileKind.OUT_OF_WINDOW,
      FileKind.GROWING
    };
    double upTo = 0;
    for (int i = 0; i < shares.length; i++) {
      upTo += shares[i];
      if (draw < upTo) {
        return kinds[i];
      }
    }
    return FileKind.NORMAL;
  }
}
