package io.sluice.bench;

import java.sql.SQLException;
import java.time.Instant;

/** Who rotates the tables of a schema. */
interface RotationSide {

  String name();

  String schema();

  /** Makes partitions ahead and drops those that are due, as of a time. */
  void rotate(Instant now) throws SQLException;
}
