package io.sluice.bench;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The database that is loaded, as the bench sees it: by a role of its own, so that what the bench
 * asks is not counted.
 */
final class Warehouse {
  static final String ROLE = "bench_watch";

  private final PGSimpleDataSource own;
  private final PGSimpleDataSource server;

  private Warehouse(PGSimpleDataSource own, PGSimpleDataSource server) {
    this.own = own;
    this.server = server;
  }

  /** Makes the role, and has the server count statements. */
  static Warehouse open(String url, String user, String password) throws SQLException {
    PGSimpleDataSource server = source(url, user, password);
    String database = server.getDatabaseName();
    server.setDatabaseName("postgres");
    String secret = UUID.randomUUID().toString();
    try (Connection connection = server.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create extension if not exists pg_stat_statements");
      statement.execute("alter system set pg_stat_statements.track_planning = on");
      statement.execute("select pg_reload_conf()");
      statement.execute("create role %s superuser login password '%s'".formatted(ROLE, secret));
    }
    PGSimpleDataSource own = source(url, ROLE, secret);
    own.setDatabaseName(database);
    return new Warehouse(own, server);
  }

  private static PGSimpleDataSource source(String url, String user, String password) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url);
    source.setUser(user);
    source.setPassword(password);
    return source;
  }

  /** The bench's connections to the database that is loaded. */
  DataSource database() {
    return own;
  }

  /** Connections to another database of the server, where its statistics are read. */
  DataSource server() {
    return server;
  }

  String name() {
    return own.getDatabaseName();
  }

  Psql psql() {
    return new Psql(own.getPortNumbers()[0], ROLE, own.getPassword(), own.getDatabaseName());
  }

  /** Of the server's first process, the parent of all others. */
  long postmaster() throws SQLException {
    try (Connection connection = server.getConnection()) {
      return postmaster(connection);
    }
  }

  /** Of the server behind a superuser's connection. */
  static long postmaster(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select split_part(pg_read_file('postmaster.pid'), e'\\n', 1)::bigint")) {
      row.next();
      return row.getLong(1);
    }
  }
}
