package io.sluice.pgtask.partition;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.KeyType;
import io.sluice.pgtask.catalog.Partition;
import io.sluice.pgtask.catalog.PartitionedTable;
import io.sluice.pgtask.catalog.TableName;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The largest id of a table, without its default partition, as far as it can be trusted: one that
 * lies farther from the next smaller than partitions are made ahead is wild, and decides nothing.
 *
 * @param value the largest id that is not wild; of an empty table the start of its oldest
 *     partition, else 0
 * @param wild the largest of all if it is wild
 */
record LargestId(long value, Optional<Wild> wild) {

  /** So many wild ids are passed over; a table with more is for people. */
  private static final int MOST_WILD = 100;

  /**
   * An id that is out of all proportion.
   *
   * @param id as the database writes it
   */
  record Wild(String id, TableName partition) {}

  private record Found(String text, long value, TableName partition) {}

  /**
   * Reads the newest partition that has rows, and the one before: quick with an index that begins
   * with the key, else their whole scan.
   *
   * @param ahead how many partitions are made ahead; ids may jump so far
   * @param held partitions that were restored for a while; their ids are of another time
   * @param confirmed whether a person said that the largest id is right
   * @throws IllegalArgumentException if there are too many wild ids; the message is for people
   */
  static LargestId read(
      Connection connection,
      PartitionedTable table,
      Periods periods,
      int ahead,
      Collection<TableName> held,
      boolean confirmed)
      throws SQLException {
    List<Partition> partitions =
        table.partitions().stream()
            .filter(p -> !p.detachPending() && !held.contains(p.name()))
            .toList();
    Optional<Found> largest = below(connection, table, partitions, KeyType.MAX);
    if (largest.isEmpty()) {
      return new LargestId(start(partitions), Optional.empty());
    }
    Reach reach = new Reach(periods, ahead);
    Found candidate = largest.get();
    Optional<Wild> wild = Optional.empty();
    for (int i = 0; i < MOST_WILD; i++) {
      if (confirmed && candidate.value < KeyType.MAX - 1) {
        return new LargestId(candidate.value, Optional.empty());
      }
      long start = periods.startOf(candidate.value);
      Optional<Found> before = below(connection, table, partitions, start);
      long from = before.map(Found::value).orElseGet(() -> reach.contiguous(partitions));
      if (reach.spans(from, start)) {
        return new LargestId(candidate.value, wild);
      }
      wild = Optional.of(new Wild(largest.get().text, largest.get().partition));
      if (before.isEmpty()) {
        return new LargestId(start(partitions), wild);
      }
      candidate = before.get();
    }
    throw new IllegalArgumentException(
        "it has more than %d ids that are far from each other, the largest %s in %s; delete what is wrong, or write a greater by: in the task"
            .formatted(MOST_WILD, largest.get().text, largest.get().partition));
  }

  private static long start(List<Partition> partitions) {
    return partitions.stream()
        .map(p -> p.bounds().from())
        .findFirst()
        .filter(from -> from != KeyType.MIN)
        .orElse(0L);
  }

  private static Optional<Found> below(
      Connection connection, PartitionedTable table, List<Partition> partitions, long bound)
      throws SQLException {
    String key = SqlNames.quote(table.key());
    String type = table.type() == KeyType.NUMERIC ? "numeric" : "int8";
    String where = bound == KeyType.MAX ? "" : " where %s < '%d'::%s".formatted(key, bound, type);
    for (int i = partitions.size() - 1; i >= 0; i--) {
      Partition partition = partitions.get(i);
      if (partition.bounds().from() >= bound) {
        continue;
      }
      String sql = "select max(%s)::text from %s%s".formatted(key, partition.name().sql(), where);
      Optional<String> id = Sql.first(connection, sql, row -> row.getString(1));
      if (id.isPresent()) {
        return Optional.of(new Found(id.get(), whole(id.get()), partition.name()));
      }
    }
    return Optional.empty();
  }

  /** Rounded down; what no id can be, such as NaN or 1e30, is the largest there is. */
  private static long whole(String id) {
    if (!id.matches("-?[0-9.]+")) {
      return KeyType.MAX - 1;
    }
    BigInteger whole = new BigDecimal(id).setScale(0, RoundingMode.FLOOR).toBigInteger();
    return whole
        .min(BigInteger.valueOf(KeyType.MAX - 1))
        .max(BigInteger.valueOf(KeyType.MIN + 1))
        .longValue();
  }

  /** How far ids may jump. */
  private record Reach(Periods periods, int ahead) {

    boolean spans(long from, long start) {
      BigInteger reached = end(from);
      return BigInteger.valueOf(start).compareTo(reached) < 0;
    }

    /** So many periods after the one that holds it. */
    private BigInteger end(long from) {
      long start = periods.startOf(from);
      BigInteger width =
          BigInteger.valueOf(periods.next(start)).subtract(BigInteger.valueOf(start));
      return BigInteger.valueOf(start).add(width.multiply(BigInteger.valueOf(ahead + 2L)));
    }

    /** The end of the partitions that follow each other, from the oldest. */
    long contiguous(List<Partition> partitions) {
      long reached = start(partitions);
      for (Partition partition : partitions) {
        boolean open = partition.bounds().to() == KeyType.MAX;
        if (open || !spans(reached, Math.max(partition.bounds().from(), reached))) {
          return reached;
        }
        reached = partition.bounds().to();
      }
      return reached;
    }
  }
}
