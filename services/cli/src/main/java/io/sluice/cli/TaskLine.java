package io.sluice.cli;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.core.feed.FeedDirectory;
import io.sluice.core.feed.Feeds;
import io.sluice.core.yaml.Problem;
import io.sluice.core.yaml.SecretUnavailableException;
import io.sluice.pgtask.RewriteWatch;
import io.sluice.pgtask.TaskKinds;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.copyswap.UnfinishedRewrite;
import io.sluice.pgtask.declaration.TaskDirectory;
import io.sluice.pgtask.partition.FeedTables;
import io.sluice.pgtask.run.DatabasePools;
import io.sluice.pgtask.run.Databases;
import io.sluice.pgtask.run.RunHistory;
import io.sluice.pgtask.run.RunLog;
import io.sluice.pgtask.run.SessionSettings;
import io.sluice.pgtask.run.TaskMetrics;
import io.sluice.pgtask.run.TaskRunner;
import io.sluice.pgtask.run.UnknownDatabaseException;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.TaskSet;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/** What the commands about tasks share: the tasks, their databases, and who runs them. */
final class TaskLine {

  /** As the service: a run that is silent for so long was killed. */
  static final Duration LOST_AFTER = Duration.ofMinutes(1);

  private static final String OF_FEED = "feed/";

  private static final Duration RENEW = Duration.ofSeconds(2);

  /** Of a reading; the answer is wanted now. */
  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(10);

  private static final Duration STATEMENT_TIMEOUT = Duration.ofMinutes(10);

  /** As the chart has it. */
  private static final int WAREHOUSE_CONNECTIONS = 8;

  private final Session session;
  private TaskSet tasks;
  private FeedDirectory feeds;
  private DatabasePools databases;

  TaskLine(Session session) {
    this.session = session;
  }

  Feeds feeds() {
    return readFeeds().current();
  }

  private boolean isGone(String feed) {
    return readFeeds().isGone(feed);
  }

  /** Read once a command; closed, it looks for no changes, but tells what it has read. */
  private FeedDirectory readFeeds() {
    if (feeds == null) {
      try (FeedDirectory read =
          new FeedDirectory(Settings.feeds(session), session.terminal.clock())) {
        feeds = read;
      }
    }
    return feeds;
  }

  /** The tasks in effect; says on standard error that there are problems. */
  TaskSet tasks() {
    if (tasks == null) {
      Path place = Settings.tasks(session);
      Feeds feeds = feeds();
      try (TaskDirectory directory = new TaskDirectory(place, () -> feeds)) {
        tasks = directory.current();
        Set<String> broken =
            directory.problems().stream().map(Problem::file).collect(Collectors.toSet());
        if (broken.contains(place.toString())) {
          session
              .err()
              .println(
                  "there are no tasks at "
                      + place
                      + "; name the directory with --tasks or"
                      + " SLUICE_TASKS");
        } else if (!broken.isEmpty()) {
          session
              .err()
              .println(
                  session.format().count(broken.size(), "file")
                      + " with problems; see: sluice task check");
        }
      }
    }
    return tasks;
  }

  Task task(String name) {
    return tasks().task(name).orElseThrow(() -> notThere(name));
  }

  /** A feed whose file is broken has no task here either. */
  private UserError notThere(String name) {
    return name.startsWith(OF_FEED)
        ? DeclaredFeeds.readable(session)
            .broken(name.substring(OF_FEED.length()))
            .map(broken -> new UserError(Exit.PROBLEMS, broken.sentence(session.format()), ""))
            .orElseGet(() -> Names.unknown("task", name, tasks().tasks().keySet()))
        : Names.unknown("task", name, tasks().tasks().keySet());
  }

  /**
   * The warehouse is the session's database, the others are declared beside the tasks. What a task
   * sets in a session stays in pools of their own, as in the service.
   */
  Databases databases() {
    if (databases == null) {
      databases =
          new DatabasePools(
              warehouse(),
              session.settings().password().orElse(null),
              this::tasks,
              Duration.ofSeconds(Session.CONNECT_SECONDS),
              new SimpleMeterRegistry());
    }
    return databases;
  }

  private DatabaseSpec warehouse() {
    Settings settings = session.settings();
    return new DatabaseSpec(
        DatabaseSpec.WAREHOUSE,
        settings.url(),
        settings.user().orElse(null),
        Optional.empty(),
        WAREHOUSE_CONNECTIONS);
  }

  /** Something read from a database. */
  @FunctionalInterface
  interface Reading<T> {
    T read(Connection connection) throws SQLException;
  }

  /** Reads as tasks do. */
  <T> T read(String database, Reading<T> reading) throws SQLException {
    try (Connection connection = source(database).getConnection()) {
      SessionSettings.set(
          connection, LOCK_TIMEOUT, new SessionSettings.Wanted(STATEMENT_TIMEOUT, true), "sluice");
      connection.setReadOnly(true);
      return reading.read(connection);
    } catch (SQLException e) {
      throw named(database, e);
    }
  }

  /** Says which database is away if it is not the one of the command line. */
  SQLException named(String database, SQLException e) {
    if (e.getCause() instanceof SecretUnavailableException secret) {
      throw UserError.usage(
          "the password of database " + database + ": " + secret.getMessage(), "");
    }
    DatabaseSpec spec = tasks().databases().get(database);
    String state = String.valueOf(e.getSQLState());
    if (spec != null && state.matches("(08|28|3D).*")) {
      throw new UserError(
          Exit.AWAY,
          "database %s (%s) cannot be reached: %s"
              .formatted(database, spec.url(), Failures.reason(e)),
          "Check url, user and password in its declaration");
    }
    return e;
  }

  /** The same of an outage that ended a run, unless it is the ledger's. */
  RuntimeException named(String database, RuntimeException outage) {
    log().next(); // says so if the ledger is away
    for (Throwable t = outage; t != null; t = t.getCause()) {
      if (t instanceof SQLException e) {
        named(database, e);
      }
    }
    return outage;
  }

  /** Errs as the person's mistake if the database's declaration cannot be used. */
  DataSource source(String database) {
    try {
      return databases().get(database);
    } catch (UnknownDatabaseException e) {
      throw new UserError(Exit.USAGE, e.getMessage(), "");
    }
  }

  /** Half-made rewrites in all databases that can be reached: by database and task. */
  Map<String, Map<String, List<String>>> unfinished() {
    Map<String, Map<String, List<String>>> found = new TreeMap<>();
    for (String database : RewriteWatch.databases(tasks())) {
      Map<String, List<String>> of = new TreeMap<>();
      for (UnfinishedRewrite one : reachable(database)) {
        of.computeIfAbsent(one.task(), task -> new ArrayList<>()).add(one.toString());
      }
      found.put(database, of);
    }
    return found;
  }

  private List<UnfinishedRewrite> reachable(String database) {
    try {
      return read(database, UnfinishedRewrite::find);
    } catch (SQLException | UserError e) {
      session.err().println("not shown is what is unfinished there: " + e.getMessage());
      return List.of();
    }
  }

  RunHistory history() {
    return new RunHistory(session.transactions(), LOST_AFTER);
  }

  RunLog log() {
    return new RunLog(session.transactions());
  }

  /** The tables that the task of a feed covers. */
  List<String> tablesOf(String feed) {
    return new FeedTables(session.transactions(), this::isGone)
        .names(feed).stream().map(TableName::toString).toList();
  }

  TaskRunner runner(String instance) {
    TaskRunner runner =
        new TaskRunner(
            databases(),
            history(),
            new TaskMetrics(new SimpleMeterRegistry()),
            session.terminal.clock(),
            instance,
            RENEW);
    return TaskKinds.register(
        runner,
        session.transactions(),
        StagingPlace.s3(session.terminal.environment()),
        this::isGone);
  }
}
