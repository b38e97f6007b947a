package io.sluice.simulator;

/** What is wrong inside a file, and what of it may reach the warehouse. */
enum Distortion {
  NONE(Reach.CELLS),
  /** Every group twice, for two jobs: the second time adds nothing. */
  TWO_JOBS(Reach.CELLS),
  /** One object of each group has values that do not fit the declared types. */
  LIST_MISMATCH(Reach.CELLS),
  /** One value of each group is a placeholder. */
  TEMPLATE_TEXT(Reach.CELLS),
  /** The element's clock runs in 2097 or 2000. */
  WRONG_CLOCK(Reach.OUT_OF_WINDOW),
  WRONG_ROOT(Reach.NOTHING),
  /** The XML ends in the middle. */
  CUT(Reach.NOTHING),
  /** The compressed stream ends in the middle. */
  TRUNCATED_GZIP(Reach.NOTHING),
  /** A page of a web server instead of a file. */
  NOT_A_MEASUREMENT(Reach.NOTHING),
  EMPTY(Reach.NOTHING);

  /** How far the cells of a file get. */
  enum Reach {
    CELLS,
    OUT_OF_WINDOW,
    NOTHING
  }

  private final Reach reach;

  Distortion(Reach reach) {
    this.reach = reach;
  }

  Reach reach() {
    return reach;
  }
}
