package io.sluice.pgtask.partition;

import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.StepContext;
import java.net.URI;
import java.sql.SQLException;

/** Saves a partition before it goes. */
@FunctionalInterface
public interface BeforeDrop {

  /**
   * What was saved.
   *
   * @param manifest where its description is
   * @param sha256 of the data, hexadecimal
   */
  record Saved(long rows, URI manifest, String sha256) {}

  /**
   * Writes the partition's rows; writing it again after it was broken off must give the same.
   *
   * @param partition attached to its parent or not, of oid {@code oid}
   * @param parent it belonged to
   * @param lower literal of its lower bound, as {@code FOR VALUES FROM (…)} takes it
   * @param upper literal of its upper bound
   * @param to where exports of this task go
   * @throws SQLException when it cannot be read; it then stays
   * @throws java.io.UncheckedIOException when it cannot be written; it then stays
   */
  Saved save(
      StepContext context,
      TableName partition,
      long oid,
      TableName parent,
      String lower,
      String upper,
      URI to)
      throws SQLException;
}
