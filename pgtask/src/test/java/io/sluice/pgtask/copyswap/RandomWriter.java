package io.sluice.pgtask.copyswap;

import io.sluice.pgtask.copyswap.RandomTable.Column;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * Writes to a table and its twin in the same transactions, the twin first: what the twin refuses is
 * no change, and what it does not refuse the table must not refuse either, but for what a converted
 * table refuses by its nature. Nobody else writes to its rows between the two.
 */
final class RandomWriter implements Runnable {

  private static final int[] LEVELS = {
    Connection.TRANSACTION_READ_COMMITTED,
    Connection.TRANSACTION_REPEATABLE_READ,
    Connection.TRANSACTION_SERIALIZABLE
  };

  /** Stands for either table. */
  private static final String BOTH = "<both>";

  /** Stands for the table's partition of the days before the fifth, and for the twin. */
  private static final String LEAF = "<leaf>";

  private final DataSource database;
  private final RandomTable table;
  private final Random random;
  private final Queue<Throwable> errors;
  final AtomicLong committed = new AtomicLong();
  volatile boolean over;

  /** Given up, as a client does who then tries again. */
  private static final class Retry extends Exception {
    private static final long serialVersionUID = 1L;
  }

  RandomWriter(DataSource database, RandomTable table, long seed, Queue<Throwable> errors) {
    this.database = database;
    this.table = table;
    this.random = new Random(seed);
    this.errors = errors;
  }

  @Override
  public void run() {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      while (!over) {
        once(connection, statement);
      }
    } catch (SQLException | RuntimeException e) {
      errors.add(e);
    }
  }

  /** The locks are taken before a transaction sees anything, and held until others see it. */
  private void once(Connection connection, Statement statement) throws SQLException {
    boolean all = random.nextInt(60) == 0;
    int bucket = random.nextInt(RandomTable.BUCKETS);
    for (int n = all ? 0 : bucket; n <= (all ? RandomTable.BUCKETS - 1 : bucket); n++) {
      statement.execute("select pg_advisory_lock(" + n + ")");
    }
    connection.setTransactionIsolation(LEVELS[random.nextInt(LEVELS.length)]);
    connection.setAutoCommit(false);
    try {
      transaction(connection, statement, bucket, all);
      connection.commit();
      committed.incrementAndGet();
    } catch (Retry e) {
      connection.rollback();
    } catch (SQLException e) {
      if (!isRetry(e)) {
        throw e;
      }
      connection.rollback();
    } finally {
      connection.setAutoCommit(true);
      statement.execute("select pg_advisory_unlock_all()");
    }
  }

  private void transaction(Connection connection, Statement statement, int bucket, boolean all)
      throws SQLException, Retry {
    if (all && random.nextBoolean() && table.fate != RandomTable.Fate.UNPARTITIONED) {
      both(connection, statement, List.of("truncate " + BOTH));
    }
    for (int n = random.nextInt(5); n >= 0; n--) {
      both(connection, statement, deed(bucket));
    }
  }

  /** One after the other on each, or nothing; now and then it is taken back. */
  private void both(Connection connection, Statement statement, List<String> deed)
      throws SQLException, Retry {
    Savepoint before = connection.setSavepoint();
    List<Integer> rows = new ArrayList<>();
    try {
      for (String sql : deed) {
        rows.add(
            statement.executeUpdate(
                sql.replace(BOTH, RandomTable.twin()).replace(LEAF, RandomTable.twin())));
      }
    } catch (SQLException e) {
      if (!String.valueOf(e.getSQLState()).startsWith("23")) {
        throw e;
      }
      connection.rollback(before);
      return;
    }
    for (int n = 0; n < deed.size(); n++) {
      String sql = deed.get(n).replace(BOTH, table.table()).replace(LEAF, "app.p0");
      int written = write(statement, sql);
      if (written != rows.get(n)) {
        throw new IllegalStateException(
            "%d rows of the twin, %d of the table: %s".formatted(rows.get(n), written, sql));
      }
    }
    if (random.nextInt(8) == 0) {
      connection.rollback(before);
    } else {
      connection.releaseSavepoint(before);
    }
  }

  private int write(Statement statement, String sql) throws SQLException, Retry {
    try {
      return statement.executeUpdate(sql);
    } catch (SQLException e) {
      if (isRetry(e) || isWidened(e) || isGone(e)) {
        throw new Retry();
      }
      throw new SQLException("refused: " + sql + ": " + e.getMessage(), e.getSQLState(), e);
    }
  }

  private static boolean isRetry(SQLException e) {
    return String.valueOf(e.getSQLState()).startsWith("40");
  }

  /** A converted table has no partition for it, or no such key for ON CONFLICT any more. */
  private boolean isWidened(SQLException e) {
    return table.fate == RandomTable.Fate.CONVERTED
        && (("42P10".equals(e.getSQLState()) && table.widened)
            || ("23514".equals(e.getSQLState()) && e.getMessage().contains("no partition")));
  }

  /** A partition that has another name now. */
  private boolean isGone(SQLException e) {
    return table.fate == RandomTable.Fate.UNPARTITIONED && "42P01".equals(e.getSQLState());
  }

  private List<String> deed(int bucket) {
    if (table.fate == RandomTable.Fate.UNPARTITIONED && random.nextInt(4) == 0) {
      return List.of(deedOfLeaf(bucket));
    }
    int i = number(bucket);
    int j = number(bucket);
    String here = " where " + table.bucket.name() + " = " + bucket + " and ";
    String one = here + table.is(i);
    return switch (random.nextInt(15)) {
      case 0, 1 -> List.of(insert(i));
      case 2 -> List.of(insertMany(bucket));
      case 3, 4 -> List.of("update " + BOTH + " set " + other() + one);
      case 5 ->
          List.of("update " + BOTH + " set " + table.at.name() + " = " + table.at(day()) + one);
      case 6 -> List.of("update " + BOTH + " set " + table.becomes(j, false) + one);
      case 7 -> List.of("update " + BOTH + " set " + table.becomes(i, true) + one);
      case 8 -> List.of("delete from " + BOTH + one);
      case 9 -> List.of("delete from " + BOTH + one, insert(i));
      case 10 ->
          List.of(
              "update " + BOTH + " set " + other() + here + table.at.name() + " < " + table.at(4));
      case 11 -> swap(here, i, j, (bucket + 1) * RandomTable.ROWS * 100);
      case 12 -> List.of(upsert(i));
      case 13 -> List.of("delete from " + BOTH + here + table.at.name() + " = " + table.at(day()));
      default -> List.of(moved(one));
    };
  }

  private String deedOfLeaf(int bucket) {
    int i = number(bucket);
    String one =
        " where %s = %d and %s < %s and %s"
            .formatted(table.bucket.name(), bucket, table.at.name(), table.at(5), table.is(i));
    return switch (random.nextInt(3)) {
      case 0 -> "update " + LEAF + " set " + other() + one;
      case 1 -> "delete from " + LEAF + one;
      default ->
          "insert into %s (%s) values (%s)"
              .formatted(
                  LEAF,
                  table.columnList(),
                  table.values(
                      String.valueOf(i),
                      String.valueOf(random.nextInt(5)),
                      String.valueOf(version())));
    };
  }

  private int number(int bucket) {
    return bucket * RandomTable.ROWS + random.nextInt(RandomTable.ROWS);
  }

  /** Mostly one that there is a partition for from the beginning. */
  private int day() {
    return random.nextInt(20) == 0 ? -1 - random.nextInt(3) : random.nextInt(10);
  }

  private int version() {
    return random.nextInt(1000);
  }

  private String other() {
    Column column = table.others.get(random.nextInt(table.others.size()));
    return column.name() + " = " + table.value(column, version());
  }

  private String insert(int i) {
    return insertInto()
        + "values ("
        + table.values(String.valueOf(i), String.valueOf(day()), String.valueOf(version()))
        + ")";
  }

  private String insertMany(int bucket) {
    int from = number(bucket);
    int to = Math.min(from + 5, (bucket + 1) * RandomTable.ROWS - 1);
    return insertInto()
        + "select "
        + table.values("g", String.valueOf(day()), "g")
        + " from generate_series("
        + from
        + ", "
        + to
        + ") as g";
  }

  private String insertInto() {
    return "insert into " + BOTH + " (" + table.columnList() + ") ";
  }

  /** By way of a number that no row has. */
  private List<String> swap(String here, int i, int j, int between) {
    return List.of(
        "update " + BOTH + " set " + table.becomes(between, false) + here + table.is(i),
        "update " + BOTH + " set " + table.becomes(i, false) + here + table.is(j),
        "update " + BOTH + " set " + table.becomes(j, false) + here + table.is(between));
  }

  private String upsert(int i) {
    return insert(i) + " on conflict (" + table.conflict() + ") do update set " + other();
  }

  /** Taken away and put back elsewhere by one statement. */
  private String moved(String one) {
    String columns =
        table.columns().stream()
            .map(c -> c.equals(table.at) ? table.at(day()) : c.name())
            .collect(Collectors.joining(", "));
    return "with gone as (delete from "
        + BOTH
        + one
        + " returning *) "
        + insertInto()
        + "select "
        + columns
        + " from gone";
  }
}
