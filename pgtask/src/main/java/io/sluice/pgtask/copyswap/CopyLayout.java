package io.sluice.pgtask.copyswap;

import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.StepContext;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** What the copy of a table looks like, and how it takes the table's place. */
interface CopyLayout {

  /** An index to build. */
  record Placed(TableName table, String name) {}

  /** Tells this move from another one of the same table; a run carries on only its own. */
  String spec();

  /** pg_class.relkind of the table that moves. */
  default String relkind() {
    return "r";
  }

  /** Column that the copy's partitions go by; empty if it has none. */
  Optional<SourceColumn> partitionColumn();

  /** SQL for ORDER BY if the copy is to be filled in another order than the table's. */
  Optional<String> order();

  /** Makes the empty copy, without indexes. */
  List<String> create();

  /** Makes the copy's partitions, a transaction each; each bears being repeated. */
  List<List<String>> partitions();

  /**
   * Makes what the copy lacks to take rows that it just refused.
   *
   * @param from what follows FROM in a query of these rows
   * @return whether anything was made
   * @throws SQLException also if nothing may be made; the message says why
   */
  boolean makeRoom(Connection connection, String from) throws SQLException;

  /**
   * Where an index of the copy is built, and its name there.
   *
   * @param leaves the tables that hold the copy's rows
   */
  List<Placed> placed(CopyIndex index, List<TableName> leaves);

  /** Where an index of the copy lies; empty leaves that to the session. */
  default Optional<String> tablespace(SourceIndex index) {
    return index.tablespace();
  }

  /** Partitions that a partitioned table has more of at the end. */
  default int partitionsCreated() {
    return 0;
  }

  /** What keeps this copy from taking the table's place, beside {@link Obstacles}; to be said. */
  default List<String> obstacles(Connection connection) throws SQLException {
    return List.of();
  }

  /** Those that the copy gets when it takes the table's place; others are {@link Obstacles}. */
  default Optional<List<ForeignKey>> foreignKeys() {
    return Optional.empty();
  }

  /** Readies what the change of places needs, while nobody waits for it. */
  default void beforeSwap(StepContext context) throws SQLException {}

  /**
   * Under the locks: whether what {@link #beforeSwap} readied still holds; else it is asked again.
   */
  default boolean ready(Connection connection) throws SQLException {
    return true;
  }

  /** LOCK TABLE, in the order in which others lock. */
  List<String> locks();

  /**
   * Lets copy and table change places; read under the locks, run with the log all applied.
   *
   * @throws SQLException with 55000 if the surroundings have changed so that the copy does not fit
   */
  List<String> swap(Connection connection) throws SQLException;

  /** The same for people, before the run. */
  List<String> swapSql();

  /** Which copy takes the table's name, and what the table is called then. */
  Renaming renaming();

  /** Whether that is dropped then. */
  boolean dropOld();
}
