package io.sluice.bench;

import io.sluice.core.sql.SqlNames;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.postgresql.PGConnection;

/**
 * What the same rows cost without Sluice: tables like those of the warehouse, partitions and
 * indexes included, filled by one {@code COPY} each from a file of tab-separated text.
 */
final class PlainCopy {
  private static final String SCHEMA = "plain_copy";

  /** The median of which counts: one takes a second or two. */
  private static final int RUNS = 3;

  /** Within which the server has reaped psql's backend, whose time is lost in between. */
  private static final Duration REAPED = Duration.ofMillis(300);

  private static final String TABLES =
      """
      select t.schema_name, tt.table_name
      from sluice.target t join sluice.target_table tt on tt.target_id = t.id order by tt.id
      """;
  private static final String PARTITIONS =
      """
      select c.relname, pg_get_expr(c.relpartbound, c.oid)
      from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = '%s'::regclass
      """;

  private record Table(String schema, String name) {
    String original() {
      return SqlNames.qualified(schema, name);
    }

    String copy() {
      return SqlNames.qualified(SCHEMA, name);
    }
  }

  private final Connection connection;
  private final Psql psql;
  private final Path directory;
  private final String condition;

  /**
   * A race against the warehouse behind {@code connection}.
   *
   * @param directory for the text files, which take about the size of the tables
   * @param condition of the rows that are copied, in SQL
   */
  PlainCopy(Connection connection, Psql psql, Path directory, String condition) {
    this.connection = connection;
    this.psql = psql;
    this.directory = directory;
    this.condition = condition;
  }

  /**
   * How the rows were copied, and what that took.
   *
   * @param server its processor time
   * @param client psql's processor time; none of the driver's
   */
  record Result(String by, Duration took, Duration server, Duration client, long rows, long bytes) {

    Duration processor() {
      return server.plus(client);
    }
  }

  Result run() throws IOException, SQLException, InterruptedException {
    List<Table> tables = tables();
    execute("create schema " + SqlNames.quote(SCHEMA));
    long bytes = 0;
    for (Table table : tables) {
      create(table);
      bytes += export(table);
    }
    List<Result> runs = new ArrayList<>();
    for (int run = 0; run < RUNS; run++) {
      runs.add(timed(tables, bytes));
    }
    runs.sort(Comparator.comparing(Result::took));
    return runs.get(RUNS / 2);
  }

  private Result timed(List<Table> tables, long bytes)
      throws IOException, SQLException, InterruptedException {
    for (Table table : tables) {
      execute("truncate " + table.copy());
    }
    execute("checkpoint");
    long postmaster = Warehouse.postmaster(connection);
    Duration server = ProcessorTime.ofTree(postmaster);
    Duration client = ProcessorTime.ofEndedChildren();
    long started = System.nanoTime();
    load(tables);
    Duration took = Duration.ofNanos(System.nanoTime() - started);
    Thread.sleep(REAPED.toMillis());
    return new Result(
        psql.isInstalled() ? "psql \\copy" : "the driver's COPY",
        took,
        ProcessorTime.ofTree(postmaster).minus(server),
        ProcessorTime.ofEndedChildren().minus(client),
        rows(tables),
        bytes);
  }

  private List<Table> tables() throws SQLException {
    List<Table> tables = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(TABLES)) {
      while (rows.next()) {
        tables.add(new Table(rows.getString(1), rows.getString(2)));
      }
    }
    return tables;
  }

  private void create(Table table) throws SQLException {
    String by = partitionKey(table);
    execute(
        "create table %s (like %s including all) %s"
            .formatted(table.copy(), table.original(), by.isEmpty() ? "" : "partition by " + by));
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(PARTITIONS.formatted(table.original().replace("'", "''")))) {
      while (rows.next()) {
        execute(
            "create table %s partition of %s %s"
                .formatted(
                    SqlNames.qualified(SCHEMA, rows.getString(1)),
                    table.copy(),
                    rows.getString(2)));
      }
    }
  }

  private String partitionKey(Table table) throws SQLException {
    String sql =
        "select coalesce(pg_get_partkeydef('%s'::regclass), '')"
            .formatted(table.original().replace("'", "''"));
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private long export(Table table) throws IOException, SQLException {
    Path file = file(table);
    try (OutputStream out = Files.newOutputStream(file)) {
      connection
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyOut(
              "copy (select * from %s where %s) to stdout".formatted(table.original(), condition),
              out);
    }
    return Files.size(file);
  }

  private void load(List<Table> tables) throws IOException, SQLException, InterruptedException {
    if (psql.isInstalled()) {
      Map<String, Path> files = new LinkedHashMap<>();
      tables.forEach(table -> files.put(table.copy(), file(table)));
      psql.copy(files);
      return;
    }
    for (Table table : tables) {
      try (InputStream in = Files.newInputStream(file(table))) {
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn("copy " + table.copy() + " from stdin", in);
      }
    }
  }

  private long rows(List<Table> tables) throws SQLException {
    long rows = 0;
    for (Table table : tables) {
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("select count(*) from " + table.copy())) {
        row.next();
        rows += row.getLong(1);
      }
    }
    return rows;
  }

  private Path file(Table table) {
    return directory.resolve(table.name() + ".tsv");
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
