package io.sluice.pgtask.run;

import io.sluice.core.sql.Transactions;
import io.sluice.pgtask.task.Task;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs and their steps in sluice.task_run and sluice.task_step. The row of a running run is also
 * what keeps a second run of the same task from starting.
 */
public final class RunHistory {

  private static final JsonMapper JSON = new JsonMapper();

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
          try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setString(1, task.name());
            insert.setString(2, task.spec().kind());
            insert.setString(3, task.database());
            insert.setString(4, by);
            insert.setString(5, instance);
            try (ResultSet row = insert.executeQuery()) {
              return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
            }
          }
        });
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
                    || 'its process ended without a word; what it left half done is carried on'::text
                where state = 'running' and alive_at < clock_timestamp() - make_interval(secs => ?)
                returning id, task),
              steps as (
                update sluice.task_step set outcome = 'lost', error = 'its process ended without a word'
                where outcome = 'running' and run_id in (select id from lost))
              select task from lost
              """;
          try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setDouble(1, lostAfter.toMillis() / 1000.0);
            return texts(update);
          }
        });
  }

  /** When the last run of a task ended, however it did. */
  public Optional<Instant> lastEnd(String task) {
    return ledger.ledger(
        connection -> {
          String sql = "select max(ended_at) from sluice.task_run where task = ?";
          try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, task);
            try (ResultSet row = query.executeQuery()) {
              row.next();
              return Optional.ofNullable(row.getObject(1, OffsetDateTime.class))
                  .map(OffsetDateTime::toInstant);
            }
          }
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
          try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setArray(1, connection.createArrayOf("text", tasks.toArray()));
            try (ResultSet rows = query.executeQuery()) {
              Map<String, Instant> last = new TreeMap<>();
              while (rows.next()) {
                last.put(rows.getString(1), rows.getObject(2, OffsetDateTime.class).toInstant());
              }
              return last;
            }
          }
        });
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
          try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setArray(1, connection.createArrayOf("text", tasks.toArray()));
            try (ResultSet rows = query.executeQuery()) {
              Map<String, String> failing = new TreeMap<>();
              while (rows.next()) {
                failing.put(rows.getString(1), rows.getString(2));
              }
              return failing;
            }
          }
        });
  }

  private static List<String> texts(PreparedStatement query) throws SQLException {
    try (ResultSet rows = query.executeQuery()) {
      List<String> texts = new ArrayList<>();
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
      return texts;
    }
  }

  /** Renews the lease and shows the progress; returns whether a person asked to cancel. */
  boolean alive(long run, String progress) {
    return ledger.ledger(
        connection -> {
          String sql =
              "update sluice.task_run set alive_at = clock_timestamp(), progress = ?"
                  + " where id = ? and state = 'running' returning cancel";
          try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setString(1, progress);
            update.setLong(2, run);
            try (ResultSet row = update.executeQuery()) {
              return !row.next() || row.getBoolean(1); // gone: another took over, so end
            }
          }
        });
  }

  /** Whether a person wants it to end. */
  boolean cancelAsked(long run) {
    return ledger.ledger(
        connection -> {
          String sql = "select cancel from sluice.task_run where id = ? and state = 'running'";
          try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setLong(1, run);
            try (ResultSet row = query.executeQuery()) {
              return row.next() && row.getBoolean(1);
            }
          }
        });
  }

  /** Returns false if the run is no more: it was silent for too long and another took over. */
  boolean beginStep(long run, int n, String words, List<String> sql, Instant at) {
    return ledger.ledger(
        connection -> {
          String insert =
              """
              insert into sluice.task_step (run_id, n, words, sql, started_at)
              select id, ?, ?, ?, ? from sluice.task_run where id = ? and state = 'running'
              """;
          try (PreparedStatement statement = connection.prepareStatement(insert)) {
            statement.setInt(1, n);
            statement.setString(2, words);
            statement.setString(3, String.join(";\n", sql));
            statement.setObject(4, at.atOffset(ZoneOffset.UTC));
            statement.setLong(5, run);
            return statement.executeUpdate() == 1;
          }
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
              where run_id = ? and n = ?
              """;
          try (PreparedStatement statement = connection.prepareStatement(update)) {
            statement.setDouble(1, took.toNanos() / 1e9);
            statement.setInt(2, attempts);
            statement.setString(3, outcome);
            statement.setString(4, error);
            statement.setString(5, JSON.writeValueAsString(result));
            statement.setLong(6, run);
            statement.setInt(7, n);
            return statement.executeUpdate();
          }
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
          try (PreparedStatement statement = connection.prepareStatement(update)) {
            statement.setString(1, result.state().label());
            statement.setInt(2, result.steps());
            statement.setString(3, JSON.writeValueAsString(result.values()));
            statement.setArray(4, texts(connection, result.notes()));
            statement.setArray(5, texts(connection, result.problems()));
            statement.setLong(6, result.id());
            return statement.executeUpdate();
          }
        });
  }

  private static Array texts(Connection connection, List<String> texts) throws SQLException {
    return connection.createArrayOf("text", texts.toArray());
  }

  /** Asks a running task to end; false if it is not running. */
  public boolean cancel(String task) {
    return ledger.durable(
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement(
                  "update sluice.task_run set cancel = true where task = ? and state = 'running'")) {
            update.setString(1, task);
            return update.executeUpdate() == 1;
          }
        });
  }

  /** Forgets runs that ended before a time; returns how many. */
  public int forgetBefore(Instant time) {
    return ledger.ledger(
        connection -> {
          try (PreparedStatement delete =
              connection.prepareStatement("delete from sluice.task_run where ended_at < ?")) {
            delete.setObject(1, time.atOffset(ZoneOffset.UTC));
            return delete.executeUpdate();
          }
        });
  }
}
