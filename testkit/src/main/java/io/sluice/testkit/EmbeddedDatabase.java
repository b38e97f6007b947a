package io.sluice.testkit;

import io.sluice.embedded.EmbeddedException;
import io.sluice.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.sql.DataSource;

/**
 * A real PostgreSQL for tests: one server a JVM and version, a fresh database for each test class.
 *
 * <p>A parameterised test of several versions takes them from {@link #versions}, by {@code
 * MethodSource("io.sluice.testkit.EmbeddedDatabase#versions")}, and asks for {@link #shared(int)}.
 */
public final class EmbeddedDatabase implements AutoCloseable {
  private static final Map<Integer, EmbeddedDatabase> SHARED = new ConcurrentHashMap<>();

  private final EmbeddedPostgres server;
  private final boolean mine;
  private final CleanSessions administration;
  private final Collection<CleanSessions> sessions = new ConcurrentLinkedQueue<>();
  private final Map<String, String> models = new ConcurrentHashMap<>();
  private final AtomicInteger databases = new AtomicInteger();

  private EmbeddedDatabase(EmbeddedPostgres server, boolean mine) {
    this.server = server;
    this.mine = mine;
    this.administration = new CleanSessions(server.dataSource("postgres"));
  }

  /** The server all test classes of this JVM share; never stop this one. */
  public static EmbeddedDatabase shared() {
    return shared(PostgresVersions.DEFAULT);
  }

  /**
   * The server of this major version that all test classes of this JVM share.
   *
   * @throws EmbeddedException if the version is not there; the message says how to get it
   */
  public static EmbeddedDatabase shared(int major) {
    return SHARED.computeIfAbsent(
        major, version -> new EmbeddedDatabase(PostgresVersions.start(version), false));
  }

  /** A server of your own, for tests that stop it. */
  public static EmbeddedDatabase startPrivate() {
    return startPrivate(PostgresVersions.DEFAULT);
  }

  /**
   * A server of your own and of this major version.
   *
   * @throws EmbeddedException if the version is not there; the message says how to get it
   */
  public static EmbeddedDatabase startPrivate(int major) {
    return new EmbeddedDatabase(PostgresVersions.start(major), true);
  }

  /**
   * The major versions under test, ascending: what the system property {@value
   * PostgresVersions#PROPERTY} names ("14,18", or "all" for 14 to 18), else 17. Where only 17 is
   * available (anything but Linux on x86-64) it is 17, and the log says so.
   *
   * @throws EmbeddedException if the property names something else
   */
  public static List<Integer> versions() {
    return PostgresVersions.underTest();
  }

  /** Creates an empty database with a name of its own. */
  public Database createDatabase() {
    return created("");
  }

  /**
   * Creates a database as {@code setUp} left another: that is done once a server, and then copied,
   * which takes a fraction of what migrations take.
   *
   * @param name of what it was set up as
   */
  public Database createDatabase(String name, Consumer<DataSource> setUp) {
    String model = models.computeIfAbsent(name, wanted -> model(wanted, setUp));
    return created(" template " + model);
  }

  private Database created(String how) {
    String name = "test_" + databases.incrementAndGet();
    try (Connection connection = administration.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create database " + name + how);
    } catch (SQLException e) {
      throw new EmbeddedException(
          "cannot create a database%s: %s".formatted(how, e.getMessage()), e);
    }
    return database(name);
  }

  /** With it the ones before are done with, so that their idle sessions do not add up. */
  private Database database(String name) {
    CleanSessions own = new CleanSessions(server.dataSource(name));
    sessions.forEach(CleanSessions::endIdle);
    sessions.add(own);
    return new Database(server, name, own.dataSource());
  }

  private String model(String name, Consumer<DataSource> setUp) {
    String model = "model_" + name;
    server.createDatabase(model);
    setUp.accept(server.dataSource(model));
    return model;
  }

  /** For outages: see its stop, kill, start and restart. */
  public EmbeddedPostgres server() {
    if (!mine) {
      throw new IllegalStateException("the shared server is not yours to stop; use startPrivate()");
    }
    return server;
  }

  @Override
  public void close() {
    server().close();
  }

  /**
   * One database.
   *
   * @param name unique within its server
   * @param dataSource opens sessions as superuser, each as good as new: see {@link CleanSessions}
   */
  public record Database(EmbeddedPostgres server, String name, DataSource dataSource) {
    /** Each a process of the server: for pools, and to see what was set for new sessions. */
    public DataSource newSessions() {
      return server.dataSource(name);
    }

    /** Without credentials: see {@link #user} and {@link #password}. */
    public String jdbcUrl() {
      return server.jdbcUrl(name);
    }

    /** With credentials, for whatever takes only a URL. */
    public String jdbcUrlWithCredentials() {
      return jdbcUrl() + "?user=" + user() + "&password=" + password();
    }

    public String user() {
      return EmbeddedPostgres.USER;
    }

    public String password() {
      return server.password();
    }

    public int port() {
      return server.port();
    }
  }
}
