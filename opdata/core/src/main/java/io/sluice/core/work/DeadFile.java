package io.sluice.core.work;

import io.sluice.core.sql.Sql;
import io.sluice.core.work.FileCloser.End;
import io.sluice.core.work.FileCloser.Ending;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;

/**
 * A file that is given up at the limit of its attempts.
 *
 * @param reason short and stable, a metric label
 * @param error what was said last
 */
public record DeadFile(BatchFile file, String reason, String error) {

  /** Writes the failures down and closes the files as dead; the caller has locked the batch. */
  public static void close(Connection connection, Claim claim, Collection<DeadFile> files)
      throws SQLException {
    if (files.isEmpty()) {
      return;
    }
    Sql.update(
        connection,
        """
        insert into sluice.dead (file_id, stage, handling, attempts, reason, error)
        select file_id, ?, handling, attempts, reason, error
        from unnest(?::bigint[], ?::int[], ?::int[], ?::text[], ?::text[])
          as d (file_id, handling, attempts, reason, error)
        """,
        claim.stage().id(),
        Sql.array("bigint", files, d -> d.file.id()),
        Sql.array("int", files, d -> d.file.handling()),
        Sql.array("int", files, d -> claim.attempts(d.file)),
        Sql.array("text", files, d -> Work.text(d.reason)),
        Sql.array("text", files, d -> Work.text(d.error)));
    FileCloser.close(connection, files.stream().map(dead -> dead.ending(claim)).toList());
  }

  private Ending ending(Claim claim) {
    return new Ending(file.id(), End.DEAD, claim.stage(), Work.text(reason + ": " + error), null);
  }
}
