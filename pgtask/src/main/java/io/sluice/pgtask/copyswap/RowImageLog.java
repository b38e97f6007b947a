package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The log of a table whose rows have no key. It holds whole rows; for each one deleted, the copy
 * loses one row that is the same byte by byte. Everything added comes first, so that whatever is
 * deleted is there: the result does not depend on the order of changes.
 *
 * <p>An index whose columns are NOT NULL finds the row; without one each deletion scans a
 * partition.
 */
final class RowImageLog extends ChangeLog {

  /** So many deletions are looked for one by one, each in its partition. */
  private static final int FEW = 100;

  private final Optional<SourceColumn> partitionColumn;
  private final Optional<SourceColumn> nullable;

  /** Columns by which an index finds a row, with their operators. */
  private final Map<SourceColumn, String> found = new LinkedHashMap<>();

  RowImageLog(SourceTable source, CopyNames names, Optional<SourceColumn> partitionColumn) {
    super(source, names);
    this.partitionColumn = partitionColumn;
    this.nullable = partitionColumn.filter(c -> !c.notNull());
    for (SourceIndex index : source.indexes()) {
      index
          .equalities()
          .forEach(
              (name, operator) ->
                  source
                      .column(name)
                      .filter(SourceColumn::notNull)
                      .ifPresent(column -> found.put(column, operator)));
    }
  }

  @Override
  int chunkRows() {
    return 200_000;
  }

  @Override
  int shortRows() {
    return FEW;
  }

  @Override
  List<SourceColumn> columns() {
    return source.stored();
  }

  @Override
  List<String> inserts(boolean eachRow) {
    String old = eachRow ? values(DELETED, "old.") : values(DELETED, "") + " from sluice_old";
    String now = eachRow ? values(INSERTED, "new.") : values(INSERTED, "") + " from sluice_new";
    String into =
        "insert into %s (%s, %s) "
            .formatted(names.log().sql(), OP, SourceTable.list(columns(), ""));
    return List.of(into + now, into + old + " union all " + now, into + old);
  }

  private String values(String op, String prefix) {
    return "select " + op + ", " + SourceTable.list(columns(), prefix);
  }

  @Override
  long apply(Connection connection, Chunk chunk, boolean all) throws SQLException {
    if (chunk.truncated()) {
      Sql.execute(
          connection,
          "delete from %1$s where %2$s <= (select max(%2$s) from %1$s where %3$s = 't' and %2$s <= %4$d)"
              .formatted(names.log().sql(), ID, OP, chunk.last()));
    }
    Sql.execute(connection, insert(Long.toString(chunk.last())));
    Sql.execute(
        connection,
        "delete from %s where %s <= %d and %s = 'i'"
            .formatted(names.log().sql(), ID, chunk.last(), OP));
    long missing = delete(connection, chunk.last());
    if (missing > 0 && all) {
      throw new SQLException(
          "%d rows deleted from %s were not found in its copy".formatted(missing, source.name()),
          "XX000");
    }
    return chunk.rows() - missing;
  }

  private String insert(String last) {
    return "%s from %s as s where s.%s <= %s and s.%s = 'i' order by s.%s"
        .formatted(insertIntoCopy(), names.log().sql(), ID, last, OP, ID);
  }

  /** Deletions without a row stay: what they delete may be added later in the log. */
  private long delete(Connection connection, long last) throws SQLException {
    String which = "from %s where %s <= %d and %s = 'd'".formatted(names.log().sql(), ID, last, OP);
    if (Sql.number(connection, "select count(*) " + which) > FEW) {
      for (boolean isNull : nulls()) {
        Sql.execute(connection, deleteMany(Long.toString(last), isNull));
      }
    } else {
      for (String id : Sql.strings(connection, "select " + ID + " " + which + " order by 1")) {
        if (deleteOne(connection, Long.parseLong(id))) {
          Sql.execute(
              connection, "delete from %s where %s = %s".formatted(names.log().sql(), ID, id));
        }
      }
    }
    return Sql.number(connection, "select count(*) " + which);
  }

  private List<Boolean> nulls() {
    return nullable.isPresent() ? List.of(false, true) : List.of(false);
  }

  /** The n-th of equal rows that go takes the n-th of equal rows that are there. */
  private String deleteMany(String last, boolean isNull) {
    String same = isNull ? "c.%1$s is null and gone.%1$s is null" : "c.%1$s = gone.%1$s";
    String near =
        partitionColumn
            .map(c -> "exists (select from gone where " + same.formatted(c.sql()) + ")")
            .orElse("true");
    String here = partitionColumn.map(c -> " and " + same.formatted(c.sql())).orElse("");
    return """
    with gone as (
      select l.*, row(%1$s)::text as image__, row_number() over (partition by row(%1$s)::text order by %2$s) as n__
      from %3$s as l where %2$s <= %4$s and %5$s = 'd'),
    there as (
      select c.tableoid as t__, c.ctid as i__, row(%6$s)::text as image__,
             row_number() over (partition by row(%6$s)::text) as n__
      from %7$s as c where %8$s),
    hit as (
      select gone.*, t__, i__ from gone join there using (image__, n__)),
    cut as (
      delete from %7$s as c using hit as gone
      where c.tableoid = gone.t__ and c.ctid = gone.i__%9$s)
    delete from %3$s as l using hit where l.%2$s = hit.%2$s\
    """
        .formatted(
            SourceTable.list(columns(), "l."),
            ID,
            names.log().sql(),
            last,
            OP,
            SourceTable.list(columns(), "c."),
            names.copy().sql(),
            near,
            here);
  }

  private boolean deleteOne(Connection connection, long id) throws SQLException {
    for (boolean isNull : nulls()) {
      Optional<String> delete =
          Sql.first(
              connection,
              find("?", isNull),
              row ->
                  "delete from only %s where ctid = '%s'"
                      .formatted(row.getString(1), row.getString(2)),
              id);
      if (delete.isPresent()) {
        return Sql.update(connection, delete.get()) == 1;
      }
    }
    return false;
  }

  private String find(String id, boolean isNull) {
    List<String> conditions = new ArrayList<>();
    partitionColumn.ifPresent(
        c ->
            conditions.add(
                (isNull ? "c.%1$s is null and l.%1$s is null" : "c.%1$s = l.%1$s")
                    .formatted(c.sql())));
    found.forEach(
        (column, operator) ->
            conditions.add("c.%1$s %2$s l.%1$s".formatted(column.sql(), operator)));
    conditions.add(
        "row(%s)::record *= row(%s)::record"
            .formatted(SourceTable.list(columns(), "c."), SourceTable.list(columns(), "l.")));
    return "select c.tableoid::regclass, c.ctid from %s as l join %s as c on %s where l.%s = %s limit 1"
        .formatted(
            names.log().sql(),
            names.copy().sql(),
            conditions.stream().collect(Collectors.joining(" and ")),
            ID,
            id);
  }

  @Override
  List<String> applySql() {
    return List.of(
        insert("<end of the chunk>"),
        deleteMany("<end of the chunk>", false),
        "delete from %s where %s <= <end of the chunk>".formatted(names.log().sql(), ID));
  }
}
