package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The log of a table whose rows have a key. It holds keys only, old and new ones: for each, the
 * copy's row is taken away and the table's row of now put in its place. So neither the order of
 * changes matters nor how often a key changed, and applying a part of the log twice does no harm.
 * What is not in the log is the same in both tables.
 */
final class KeyChangeLog extends ChangeLog {

  /** A chunk is small beside the tables: index scans, and never a scan of the copy. */
  private static final String PLAN =
      "set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off";

  /** Of a partition column beside the key, which is of one of PostgreSQL's own types. */
  private static final String EQUAL = "operator(pg_catalog.=)";

  private final List<SourceColumn> columns;
  private final Map<String, String> equality;
  private final Optional<SourceColumn> nullable;

  /**
   * @param partitionColumn of the copy; part of what its rows are found by
   */
  KeyChangeLog(
      SourceTable source,
      CopyNames names,
      SourceIndex key,
      Optional<SourceColumn> partitionColumn) {
    super(source, names);
    this.columns = new ArrayList<>();
    this.equality = key.equalities();
    key.columns().forEach(name -> columns.add(source.column(name).orElseThrow()));
    partitionColumn.filter(c -> !columns.contains(c)).ifPresent(columns::add);
    this.nullable = columns.stream().filter(c -> !c.notNull()).findFirst();
  }

  @Override
  int chunkRows() {
    return 20_000;
  }

  @Override
  int shortRows() {
    return 500;
  }

  @Override
  List<SourceColumn> columns() {
    return columns;
  }

  @Override
  List<String> inserts(boolean eachRow) {
    return eachRow
        ? List.of(
            into() + values(INSERTED, "new."),
            into() + values(UPDATED, "old.") + " union " + values(UPDATED, "new."),
            into() + values(DELETED, "old."))
        : List.of(
            into() + values(INSERTED, "") + " from sluice_new",
            into()
                + values(UPDATED, "")
                + " from sluice_old union "
                + values(UPDATED, "")
                + " from sluice_new",
            into() + values(DELETED, "") + " from sluice_old");
  }

  private String into() {
    return "insert into %s (%s, %s) "
        .formatted(names.log().sql(), OP, SourceTable.list(columns, ""));
  }

  private String values(String op, String prefix) {
    return "select " + op + ", " + SourceTable.list(columns, prefix);
  }

  @Override
  long apply(Connection connection, Chunk chunk, boolean all) throws SQLException {
    Sql.execute(connection, PLAN);
    for (String statement : statements(Long.toString(chunk.last()))) {
      Sql.execute(connection, statement);
    }
    return chunk.rows();
  }

  @Override
  List<String> applySql() {
    return statements("<end of the chunk>");
  }

  private List<String> statements(String last) {
    List<String> sql = new ArrayList<>();
    for (boolean isNull : nullable.isPresent() ? List.of(false, true) : List.of(false)) {
      sql.add(
          "delete from %s as c using %s where %s"
              .formatted(names.copy().sql(), keys(last), same("c", isNull)));
    }
    for (boolean isNull : nullable.isPresent() ? List.of(false, true) : List.of(false)) {
      sql.add(
          "%s from %s join only %s as s on %s"
              .formatted(insertIntoCopy(), keys(last), source.name().sql(), same("s", isNull)));
    }
    sql.add("delete from %s where %s <= %s".formatted(names.log().sql(), ID, last));
    return sql;
  }

  private String keys(String last) {
    return "(select distinct %s from %s where %s <= %s and %s <> 't') as l"
        .formatted(SourceTable.list(columns, ""), names.log().sql(), ID, last, OP);
  }

  /** Two forms, because an index cannot find {@code is not distinct from}. */
  private String same(String table, boolean isNull) {
    return columns.stream()
        .map(column -> same(table, column, isNull))
        .collect(Collectors.joining(" and "));
  }

  private String same(String table, SourceColumn column, boolean isNull) {
    boolean both = isNull && nullable.filter(column::equals).isPresent();
    return (both ? "%1$s.%2$s is null and l.%2$s is null" : "%1$s.%2$s %3$s l.%2$s")
        .formatted(table, column.sql(), equality.getOrDefault(column.name(), EQUAL));
  }

  /**
   * Takes from a table of the copy what may be in it twice: rows that were updated while their
   * blocks were copied. All of them are in the log, and come back from there.
   */
  String deduplicate(String table) {
    return "delete from %s as c using (select distinct %s from %s where %s = 'u') as l where %s"
        .formatted(
            table,
            SourceTable.list(columns, ""),
            names.log().sql(),
            OP,
            columns.stream()
                .map(
                    column ->
                        column.notNull()
                            ? same("c", column, false)
                            : "c.%1$s is not distinct from l.%1$s".formatted(column.sql()))
                .collect(Collectors.joining(" and ")));
  }
}
