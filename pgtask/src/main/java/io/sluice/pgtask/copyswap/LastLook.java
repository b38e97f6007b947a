package io.sluice.pgtask.copyswap;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Under the last lock, whether all is still as it was when the copy was begun: nothing that was
 * true then need be true after hours. A few queries of the catalogue, for everybody waits.
 */
record LastLook(SourceTable source, CopyNames names, CopyLayout layout, ChangeLog log) {

  /**
   * @throws SQLException saying what has changed
   */
  void verify(Connection connection) throws SQLException {
    verifyUnchanged(connection);
    verifyUnhindered(connection);
  }

  /**
   * Whether the copy may still become the table; asked before each partition too, for a copy that
   * lacks rows is not worth hours.
   */
  void verifyUnchanged(Connection connection) throws SQLException {
    List<String> changed = new ArrayList<>();
    changed.addAll(
        source.fingerprint().differences(SourceReader.fingerprint(connection, source.oid())));
    changed.addAll(CopySwapState.watch(connection, names).differences(log.fingerprint(connection)));
    if (!changed.isEmpty()) {
      throw new SQLException(
          "%s was altered while it was being copied, so that the copy may lack rows: %s; nothing was swapped, the copy is discarded, and the next run starts over"
              .formatted(source.name(), String.join(", ", changed)),
          CopySwapStep.STATE_CHANGED);
    }
  }

  private void verifyUnhindered(Connection connection) throws SQLException {
    List<String> obstacles =
        new ArrayList<>(
            Obstacles.of(
                connection,
                source,
                layout.relkind(),
                "is rewritten",
                layout.foreignKeys().isPresent()));
    obstacles.addAll(layout.obstacles(connection));
    if (!obstacles.isEmpty()) {
      throw new SQLException(
          "nothing was swapped, because of what came while %s was being copied: %s. The copy is kept for the next run"
              .formatted(source.name(), String.join("; ", obstacles)),
          CopySwapStep.IN_USE);
    }
  }
}
