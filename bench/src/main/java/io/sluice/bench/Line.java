package io.sluice.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.OptionalLong;

/** Sluice as it runs, with all it stands on: what is measured. */
interface Line extends AutoCloseable {
  Warehouse warehouse();

  /** The first process of each program, by what tables call it; in the order they are shown. */
  Map<String, Long> processes() throws SQLException;

  /** Where the feed looks for files. */
  Path incoming();

  Path staging();

  /** Messages the broker took from publishers so far, where it counts them. */
  OptionalLong published();

  @Override
  void close() throws IOException;
}
