package io.sluice.testkit;

import io.sluice.embedded.EmbeddedPostgres;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** A real PostgreSQL for tests: one server a JVM, a fresh database for each test class. */
public final class EmbeddedDatabase implements AutoCloseable {
  private final EmbeddedPostgres server;
  private final AtomicInteger databases = new AtomicInteger();

  private EmbeddedDatabase(EmbeddedPostgres server) {
    this.server = server;
  }

  /** The server all test classes of this JVM share; never stop this one. */
  public static EmbeddedDatabase shared() {
    return Shared.INSTANCE;
  }

  /** A server of your own, for tests that stop it. */
  public static EmbeddedDatabase startPrivate() {
    return new EmbeddedDatabase(EmbeddedPostgres.startEphemeral());
  }

  /** Creates an empty database with a name of its own. */
  public Database createDatabase() {
    String name = "test_" + databases.incrementAndGet();
    server.createDatabase(name);
    return new Database(server, name);
  }

  /** For outages: see its stop, kill, start and restart. */
  public EmbeddedPostgres server() {
    if (this == Shared.INSTANCE) {
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
   */
  public record Database(EmbeddedPostgres server, String name) {
    /** Opens a new connection each time, as superuser. */
    public DataSource dataSource() {
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

  private static final class Shared {
    static final EmbeddedDatabase INSTANCE = startPrivate();
  }
}
