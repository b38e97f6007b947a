package io.sluice.pgtask.run;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.pgtask.catalog.ServerIdentity;
import io.sluice.pgtask.task.Task;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs and their steps in sluice.task_run and sluice.task_step. The row of a running run is also
 * what keeps a second run of the same task from starting.
 */
public final class RunHistory {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String RUNNING =
      "select from sluice.task_run where id = ? and state = 'running'";

  private final Transactions ledger;
  private final Duration lostAfter;

  /**
   * @param lostAfter a run that was not alive for so long was killed
   */
  public RunHistory(Transactions ledger, Duration lostAfter) {
    this.ledger = ledger;
    this.lostAfter = lostAfter;
  }

  /** Begins a run; empty if the task is running already. Times are the ledger's own clock's. */
  OptionalLong begin(Task task, String by, String instance) {
    return ledger.durable(
        connection -> {
          String sql =
              """
              insert into sluice.task_run (task, kind, database, by, instance, started_at, alive_at)
              values (?, ?, ?, coalesce(?, current_user), ?, clock_timestamp(), clock_timestamp())
              on conflict (task) where state = 'running' do nothing returning id
              """;
          return Sql.first(
                  connection,
                  sql,
                  row -> OptionalLong.of(row.getLong(1)),
                  task.name(),
                  task.spec().kind(),
                  task.database(),
                  by,
                  instance)
              .orElse(OptionalLong.empty());
        });
  }

  /** Which server the ledger is on. */
  ServerIdentity server() {
    return ledger.ledger(ServerIdentity::read);
  }

  /** How long a run may be silent. */
  Duration lostAfter() {
    return lostAfter;
  }

  /** Ends runs whose process was killed; returns their tasks. */
  public List<String> closeLost() {
    return ledger.durable(
        connection -> {
          String sql =
              """
              with lost as (
                update sluice.task_run set state = 'lost', ended_at = clock_timestamp(), progress = null,
                  problems = problems
                    || 'its process died; the next run continues what it left unfinished'::text
                where state = 'running' and alive_at < clock_timestamp() - make_interval(secs => ?)
                returning id, task),
              steps as (
                update sluice.task_step set outcome = 'lost', error = 'its process died'
                where outcome = 'running' and run_id in (select id from lost))
              select task from lost
              """;
          return Sql.strings(connection, sql, lostAfter);
        });
  }

  /** When the last run of a task ended, however it did. */
  public Optional<Instant> lastEnd(String task) {
    return ledger.ledger(
        connection -> {
          String sql = "select max(ended_at) from sluice.task_run where task = ?";
          return Sql.first(connection, sql, row -> Sql.instant(row, 1), task);
        });
  }

  /** When each of these tasks last did all that was due; without those that never did. */
  Map<String, Instant> lastSuccess(Collection<String> tasks) {
    return ledger.ledger(
        connection -> {
          String sql =
              """
              select name, last.ended_at from unnest(?::text[]) name cross join lateral (
                select ended_at from sluice.task_run where task = name and state = 'done'
                order by started_at desc limit 1) last
              """;
          return new TreeMap<>(
              Sql.map(
                  connection,
                  sql,
                  row -> row.getString(1),
                  row -> Sql.instant(row, 2),
                  Sql.texts(tasks)));
        });
  }

  /** Tasks that run now, or that some process is to run at a time. */
  public Set<String> carriedOn() {
    return ledger.ledger(
        connection ->
            Set.copyOf(
                Sql.strings(
                    connection,
                    """
                    select task from sluice.task_run where state = 'running' union
                    select split_part(task_instance, ' ', 1) from sluice.scheduled_tasks
                    where task_name = 'sluice-task'
                    """)));
  }

  /** Of these tasks, those whose last run left something undone, with when and why. */
  public Map<String, String> failing(Collection<String> tasks) {
    return ledger.ledger(
        connection -> {
          String sql =
              """
              select task, format('%s at %s UTC: %s', state,
                to_char(started_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'), array_to_string(problems, '; '))
              from unnest(?::text[]) name cross join lateral (
                select * from sluice.task_run where task = name and ended_at is not null
                order by started_at desc limit 1) last
              where state in ('partial', 'failed', 'lost')
              """;
          return new TreeMap<>(
              Sql.map(
                  connection,
                  sql,
                  row -> row.getString(1),
                  row -> row.getString(2),
                  Sql.texts(tasks)));
        });
  }

  /** Renews the lease and shows the progress; returns whether a person asked to cancel. */
  boolean alive(long run, String progress) {
    return ledger.ledger(
        connection -> {
          String sql =
              "update sluice.task_run set alive_at = clock_timestamp(), progress = ?"
                  + " where id = ? and state = 'running' returning cancel";
          return Sql.first(connection, sql, row -> row.getBoolean(1), progress, run)
              .orElse(true); // gone: another took over, so end
        });
  }

  /** Whether no other process has taken the run over. */
  boolean isRunning(long run) {
    return ledger.ledger(connection -> Sql.exists(connection, RUNNING, run));
  }

  /** The same for what is written in this transaction: until its end nobody takes the run over. */
  static boolean hold(Connection connection, long run) throws SQLException {
    return Sql.exists(connection, RUNNING + " for share", run);
  }

  /** Runs of a task whose process was taken for dead. */
  List<Long> lost(String task) {
    String sql = "select id from sluice.task_run where task = ? and state = 'lost'";
    return ledger.ledger(connection -> Sql.list(connection, sql, row -> row.getLong(1), task));
  }

  /** Whether a person wants it to end. */
  boolean cancelAsked(long run) {
    return ledger.ledger(
        connection -> {
          String sql = "select cancel from sluice.task_run where id = ? and state = 'running'";
          return Sql.first(connection, sql, row -> row.getBoolean(1), run).orElse(false);
        });
  }

  /** Returns false if the run is no more: it was silent for too long and another took over. */
  boolean beginStep(long run, int n, String description, List<String> sql, Instant at) {
    return ledger.ledger(
        connection -> {
          String insert =
              """
              insert into sluice.task_step (run_id, n, words, sql, started_at)
              select id, ?, ?, ?, ? from sluice.task_run where id = ? and state = 'running'
              """;
          return Sql.update(connection, insert, n, description, String.join(";\n", sql), at, run)
              == 1;
        });
  }

  /**
   * @param error null if it was done
   */
  void endStep(
      long run,
      int n,
      Duration took,
      int attempts,
      String outcome,
      String error,
      Map<String, Long> result) {
    ledger.ledger(
        connection -> {
          String update =
              """
              update sluice.task_step set took = make_interval(secs => ?), attempts = ?, outcome = ?, error = ?,
                result = ?::jsonb
              where run_id = ? and n = ? and outcome = 'running'
              """;
          return Sql.update(
              connection,
              update,
              took.toNanos() / 1e9,
              attempts,
              outcome,
              error,
              JSON.writeValueAsString(result),
              run,
              n);
        });
  }

  void end(RunResult result) {
    ledger.durable(
        connection -> {
          String update =
              """
              update sluice.task_run set state = ?, ended_at = clock_timestamp(), steps = ?, result = ?::jsonb,
                notes = ?, problems = problems || ?, progress = null
              where id = ? and state = 'running'
              """;
          return Sql.update(
              connection,
              update,
              result.state().label(),
              result.steps(),
              JSON.writeValueAsString(result.values()),
              Sql.texts(result.notes()),
              Sql.texts(result.problems()),
              result.id());
        });
  }

  /** Asks a running task to end; false if it is not running. */
  public boolean cancel(String task) {
    String sql = "update sluice.task_run set cancel = true where task = ? and state = 'running'";
    return ledger.durable(connection -> Sql.update(connection, sql, task) == 1);
  }

  /** Forgets runs that ended before a time; returns how many. */
  public int forgetBefore(Instant time) {
    return ledger.ledger(
        connection ->
            Sql.update(connection, "delete from sluice.task_run where ended_at < ?", time));
  }
}
