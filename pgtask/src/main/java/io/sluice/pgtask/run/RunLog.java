package io.sluice.pgtask.run;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/** Reads the history of runs for people: what ran, how it went, what comes next. */
public final class RunLog {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String RUN =
      """
      select id, task, kind, database, by, instance, started_at, ended_at, state, cancel, progress,
             steps, result::text, notes, problems
      from sluice.task_run
      """;

  private final Transactions ledger;

  public RunLog(Transactions ledger) {
    this.ledger = ledger;
  }

  /**
   * A run, as sluice.task_run has it.
   *
   * @param endedAt null while it runs
   * @param cancel whether a person asked it to end
   * @param progress null unless it runs
   */
  public record Run(
      long id,
      String task,
      String kind,
      String database,
      String by,
      String instance,
      Instant startedAt,
      Instant endedAt,
      String state,
      boolean cancel,
      String progress,
      int steps,
      Map<String, Long> result,
      List<String> notes,
      List<String> problems) {}

  /**
   * A step of a run.
   *
   * @param took null while it runs, or if its process was killed
   * @param error null if it was done
   */
  public record RecordedStep(
      int n,
      String words,
      String sql,
      Instant startedAt,
      Duration took,
      int attempts,
      String outcome,
      String error,
      Map<String, Long> result) {}

  /**
   * The last runs, the latest first.
   *
   * @param task of this task only
   * @param failed only those that were not done
   */
  public List<Run> runs(Optional<String> task, boolean failed, int limit) {
    return ledger.ledger(
        connection ->
            Sql.list(
                connection,
                RUN
                    + " where (?::text is null or task = ?)"
                    + " and (not ? or state in ('partial', 'failed', 'lost'))"
                    + " order by started_at desc, id desc limit ?",
                RunLog::run,
                task,
                task,
                failed,
                limit));
  }

  /** One run. */
  public Optional<Run> run(long id) {
    return ledger.ledger(
        connection -> Sql.first(connection, RUN + " where id = ?", RunLog::run, id));
  }

  /** The last run of each task. */
  public Map<String, Run> last() {
    return ledger.ledger(
        connection -> {
          String sql =
              "select distinct on (task) * from ("
                  + RUN
                  + ") r order by task, started_at desc, id desc";
          Map<String, Run> last = new TreeMap<>();
          Sql.list(connection, sql, RunLog::run).forEach(run -> last.put(run.task(), run));
          return last;
        });
  }

  /** The steps of a run in their order, from one on. */
  public List<RecordedStep> steps(long run, int from) {
    return ledger.ledger(
        connection ->
            Sql.list(
                connection,
                """
                select n, words, sql, started_at, extract(epoch from took), attempts, outcome, error, result::text
                from sluice.task_step where run_id = ? and n >= ? order by n
                """,
                RunLog::made,
                run,
                from));
  }

  /** When schedules are due, by the name of the task, a space and the times in words. */
  public Map<String, Instant> next() {
    String sql =
        "select task_instance, execution_time from sluice.scheduled_tasks where task_name = 'sluice-task'";
    return ledger.ledger(
        connection ->
            Sql.map(connection, sql, row -> row.getString(1), row -> Sql.instant(row, 2)));
  }

  private static Run run(ResultSet row) throws SQLException {
    return new Run(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        row.getString(6),
        Sql.instant(row, 7),
        Sql.instant(row, 8),
        row.getString(9),
        row.getBoolean(10),
        row.getString(11),
        row.getInt(12),
        values(row.getString(13)),
        Sql.elements(row, "notes"),
        Sql.elements(row, "problems"));
  }

  private static RecordedStep made(ResultSet row) throws SQLException {
    double seconds = row.getDouble(5);
    Duration took = row.wasNull() ? null : Duration.ofNanos(Math.round(seconds * 1e9));
    return new RecordedStep(
        row.getInt(1),
        row.getString(2),
        row.getString(3),
        Sql.instant(row, 4),
        took,
        row.getInt(6),
        row.getString(7),
        row.getString(8),
        values(row.getString(9)));
  }

  private static Map<String, Long> values(String json) {
    Map<String, Long> values = new TreeMap<>();
    JSON.readTree(json)
        .properties()
        .forEach(entry -> values.put(entry.getKey(), entry.getValue().asLong()));
    return values;
  }
}
