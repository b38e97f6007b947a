package io.sluice.pgtask;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.StatementLocks;
import io.sluice.pgtask.catalog.TableLock;
import io.sluice.pgtask.catalog.TableLock.Mode;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.catalog.WorkingTables;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.TaskKind;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.TaskSpec;
import io.sluice.testkit.FaultyDataSource;
import io.sluice.testkit.JdbcCall;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/**
 * Holds every step of a run against what its dry run shows. Locks: what pg_locks shows of its
 * sessions before each commit, and while statements outside transactions run, must be in the list,
 * as strong or weaker, for tables of others that were there when the step began; one transaction
 * takes exactly what is listed. Statements: whatever changes something must be in the list too.
 */
public final class StepWatch {

  /**
   * A step that was made.
   *
   * @param locks that it took, the strongest on each table
   */
  public record Made(String description, List<String> sql, Map<TableName, Mode> locks) {}

  private static final String HELD =
      """
      select lower(regexp_replace(replace(mode, 'Lock', ''), '([a-z])([A-Z])', '\\1 \\2', 'g')), relation::int8
      from pg_locks where pid = ? and locktype = 'relation'
        and database = (select oid from pg_database where datname = current_database())
      """;

  private static final String TABLES =
      """
      select c.oid::int8, n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'v', 'm', 'f')
        and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'sluice') and not (%s)
      """
          .formatted(WorkingTables.among("c.oid"));

  /**
   * Sessions' settings, reading, how far a rewrite is, and what only an interrupted detach needs.
   */
  private static final Pattern APART =
      Pattern.compile(
          "(select|set|with|reset|show|do \\$\\$ declare|update \\S+__sluice_state\"|alter table \\S+__sluice_state\") .*"
              + "|lock table only .* in access share mode|alter table .* finalize",
          Pattern.DOTALL);

  private static final long LOOK_NANOS = 1_000_000;

  /** The last transaction of a rewrite is one text. */
  private static final Pattern SCRIPT =
      Pattern.compile(";\n(?=drop|alter|create|grant|revoke|comment|update|select)");

  private static final Pattern UNKNOWN = Pattern.compile("<[^<>]*>");

  /** The step at hand. */
  private static final class Watched {
    private final Step step;
    private final Map<Long, TableName> tables;
    private final Map<TableName, Mode> listed = new TreeMap<>();
    private final List<Pattern> statements;
    private final Map<TableName, Mode> seen = new TreeMap<>();
    private final List<String> unlisted = new CopyOnWriteArrayList<>();
    private volatile boolean looking;
    private CompletableFuture<Void> looker = CompletableFuture.completedFuture(null);

    Watched(Step step, Map<Long, TableName> tables, List<TableLock> listed) {
      this.step = step;
      this.tables = tables;
      listed.forEach(lock -> this.listed.put(lock.table(), lock.mode()));
      this.statements = step.sql().stream().map(Watched::pattern).toList();
    }

    private static Pattern pattern(String sql) {
      String quoted = Pattern.quote(sql.strip());
      return Pattern.compile(UNKNOWN.matcher(quoted).replaceAll("\\\\E.*\\\\Q"), Pattern.DOTALL);
    }

    private void statement(String text) {
      if (!isListed(text)) {
        SCRIPT.splitAsStream(text).filter(part -> !isListed(part)).forEach(unlisted::add);
      }
    }

    private boolean isListed(String text) {
      String stripped = text.strip();
      return APART.matcher(stripped).matches()
          || statements.stream().anyMatch(one -> one.matcher(stripped).matches());
    }

    private void look(Connection with, int pid) throws SQLException {
      Sql.list(with, HELD, row -> Map.entry(Mode.of(row.getString(1)), row.getLong(2)), pid)
          .forEach(held -> seen(held.getKey(), tables.get(held.getValue())));
    }

    private synchronized void seen(Mode mode, TableName table) {
      if (table != null) {
        seen.merge(table, mode, (one, other) -> one.compareTo(other) > 0 ? one : other);
      }
    }

    private void endLooking() {
      looking = false;
      looker.join();
    }

    private void check(boolean done) {
      seen.forEach(
          (table, mode) ->
              assertThat(listed.get(table))
                  .as("lock on %s that a dry run lists for '%s'", table, step.description())
                  .isNotNull()
                  .isGreaterThanOrEqualTo(mode));
      if (done) {
        assertThat(unlisted)
            .as("statements of '%s' that a dry run does not list", step.description())
            .isEmpty();
      }
      if (done && !seen.isEmpty() && step.oneTransaction()) {
        assertThat(seen).as("locks of '%s'", step.description()).isEqualTo(listed);
      }
    }
  }

  private static final ThreadLocal<Watched> CURRENT = new ThreadLocal<>();

  private final DataSource others;
  private final List<Made> made = new CopyOnWriteArrayList<>();

  /**
   * @param others for sessions that only look
   */
  StepWatch(DataSource others) {
    this.others = others;
  }

  /** Steps of all runs so far. */
  public List<Made> made() {
    return List.copyOf(made);
  }

  <S extends TaskSpec> TaskKind<S> kind(TaskKind<S> kind) {
    return (spec, run) -> kind.run(spec, run.dry() ? run : watched(run));
  }

  private TaskRun watched(TaskRun run) {
    return (TaskRun)
        Proxy.newProxyInstance(
            TaskRun.class.getClassLoader(),
            new Class<?>[] {TaskRun.class},
            (self, method, values) -> {
              try {
                return method.getName().equals("step")
                    ? step(run, (Step) values[0])
                    : method.invoke(run, values);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private boolean step(TaskRun run, Step step) throws SQLException {
    Watched watched = run.read(connection -> begin(connection, step));
    CURRENT.set(watched);
    boolean done;
    try {
      done = run.step(step);
    } finally {
      watched.endLooking();
      CURRENT.remove();
    }
    watched.check(done);
    made.add(new Made(step.description(), step.sql(), watched.seen));
    return done;
  }

  private static Watched begin(Connection connection, Step step) throws SQLException {
    Map<Long, TableName> tables =
        Sql.map(
            connection,
            TABLES,
            row -> row.getLong(1),
            row -> new TableName(row.getString(2), row.getString(3)));
    return new Watched(step, tables, StatementLocks.of(connection, step.sql()));
  }

  /** Sessions for tasks. */
  DataSource around(DataSource real) {
    FaultyDataSource sessions = new FaultyDataSource(real);
    sessions.beforeEach(JdbcCall.COMMIT, this::beforeCommit);
    sessions.beforeEach(JdbcCall.STATEMENT, this::beforeStatement);
    sessions.afterEach(JdbcCall.STATEMENT, this::afterStatement);
    return sessions;
  }

  private void beforeCommit(JdbcCall call) throws SQLException {
    Watched watched = CURRENT.get();
    if (watched != null) {
      watched.look(call.connection(), pid(call.connection()));
    }
  }

  private void beforeStatement(JdbcCall call) throws SQLException {
    Watched watched = CURRENT.get();
    if (watched == null) {
      return;
    }
    if (!call.connection().isReadOnly()) {
      watched.statement(call.sql());
    }
    if (call.connection().getAutoCommit()) {
      int pid = pid(call.connection());
      watched.looking = true;
      watched.looker = CompletableFuture.runAsync(() -> lookOn(watched, pid));
    }
  }

  private void lookOn(Watched watched, int pid) {
    try (Connection other = others.getConnection()) {
      while (watched.looking) {
        watched.look(other, pid);
        LockSupport.parkNanos(LOOK_NANOS);
      }
    } catch (SQLException e) {
      watched.unlisted.add(e.toString());
    }
  }

  private void afterStatement(JdbcCall call) {
    Watched watched = CURRENT.get();
    if (watched != null) {
      watched.endLooking();
    }
  }

  private static int pid(Connection connection) throws SQLException {
    return connection.unwrap(PGConnection.class).getBackendPID();
  }
}
