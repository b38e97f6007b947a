package io.sluice.core.ops;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** Files that wait until a person acts. */
public final class ParkedFiles {

  /**
   * Parked files of one feed and reason.
   *
   * @param since when the first of them was parked
   * @param example id of one of them
   */
  public record Group(
      String feed, String stage, String reason, long files, Instant since, long example) {}

  private final Transactions transactions;

  public ParkedFiles(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * The groups, by feed.
   *
   * @param feed glob, or null for all
   */
  public List<Group> groups(String feed) {
    String sql =
        """
        select feed, stage, coalesce(reason, '') as reason, count(*) as files, min(entered_at) as since,
               min(file_id) as example
        from sluice.work where state = 'parked' and feed like ?
        group by feed, stage, coalesce(reason, '') order by feed, files desc, reason
        """;
    return transactions.ledger(
        connection ->
            Sql.list(
                connection,
                sql,
                row ->
                    new Group(
                        row.getString("feed"),
                        row.getString("stage"),
                        row.getString("reason"),
                        row.getLong("files"),
                        Sql.instant(row, "since"),
                        row.getLong("example")),
                LikePattern.of(feed)));
  }

  /**
   * Lets parked files go on where they stopped.
   *
   * @param feed glob, or null for all
   * @return how many
   */
  public int resume(String feed) {
    return transactions.ledger(
        connection -> Sql.update(connection, RESUME + " and feed like ?", LikePattern.of(feed)));
  }

  /** Those of these files that are parked. */
  static int resume(Connection connection, List<Long> ids) throws SQLException {
    return Sql.update(connection, RESUME + " and file_id = any (?)", Sql.longs(ids));
  }

  /** The parked files of a feed whose reason tells of a limit of its schema. */
  static int resumeSchemaLimit(Connection connection, String feed) throws SQLException {
    return Sql.update(connection, RESUME + " and feed = ? and " + SCHEMA_LIMIT, feed);
  }

  /** How handler and loader write the reason: its short name first. */
  static final String SCHEMA_LIMIT = "reason like 'schema\\_limit%'";

  /**
   * The dispatcher publishes what waits for fetch, handle and, from a time on, settle. A chunk's
   * message was acknowledged when its file was parked, so a file at load is handled again, which
   * needs no message.
   */
  private static final String RESUME =
      """
      update sluice.work set stage = case stage when 'load' then 'handle' else stage end,
             state = 'waiting', attempts = 0, entered_at = now(), not_before = now()
      where state = 'parked'""";
}
