package io.sluice.pgtask.copyswap;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The log of a table whose rows have no key. It holds whole rows; for each one deleted, the copy
 * loses one row that is the same byte by byte. Everything added comes first, so that whatever is
 * deleted is there: the result does not depend on the order of changes.
 *
 * <p>An index whose columns are NOT NULL finds the row; without one each deletion scans a
 * partition.
 */
final class ImageLog extends ChangeLog {

  private final Optional<SourceColumn> partitionColumn;
  private final Set<SourceColumn> found = new LinkedHashSet<>();

  ImageLog(Source source, CopyNames names, Optional<SourceColumn> partitionColumn) {
    super(source, names);
    this.partitionColumn = partitionColumn.filter(c -> !c.notNull());
    source.indexes().stream()
        .flatMap(index -> index.columns().stream())
        .flatMap(name -> source.column(name).stream())
        .filter(SourceColumn::notNull)
        .forEach(found::add);
    partitionColumn.filter(SourceColumn::notNull).ifPresent(found::add);
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
        "insert into %s (%s, %s) ".formatted(names.log().sql(), OP, Source.list(columns(), ""));
    return List.of(into + now, into + old + " union all " + now, into + old);
  }

  private String values(String op, String prefix) {
    return "select " + op + ", " + Source.list(columns(), prefix);
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
    int missing = delete(connection, chunk.last());
    if (missing > 0 && all) {
      throw new SQLException(
          "%d rows deleted from %s are not in its copy".formatted(missing, source.name()), "XX000");
    }
    return chunk.rows() - missing;
  }

  private String insert(String last) {
    return "%s from %s as s where s.%s <= %s and s.%s = 'i' order by s.%s"
        .formatted(insertIntoCopy(), names.log().sql(), ID, last, OP, ID);
  }

  /** Deletions without a row stay: what they delete may be added later in the log. */
  private int delete(Connection connection, long last) throws SQLException {
    int missing = 0;
    String ids =
        "select %s from %s where %s <= %d and %s = 'd' order by 1"
            .formatted(ID, names.log().sql(), ID, last, OP);
    for (String id : Sql.texts(connection, ids)) {
      if (deleteOne(connection, Long.parseLong(id))) {
        Sql.execute(
            connection, "delete from %s where %s = %s".formatted(names.log().sql(), ID, id));
      } else {
        missing++;
      }
    }
    return missing;
  }

  private boolean deleteOne(Connection connection, long id) throws SQLException {
    for (boolean isNull : partitionColumn.isPresent() ? List.of(false, true) : List.of(false)) {
      try (PreparedStatement query = connection.prepareStatement(find("?", isNull))) {
        query.setLong(1, id);
        try (ResultSet row = query.executeQuery()) {
          if (row.next()) {
            String sql =
                "delete from only %s where ctid = '%s'"
                    .formatted(row.getString(1), row.getString(2));
            return Sql.update(connection, sql) == 1;
          }
        }
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
    found.forEach(c -> conditions.add("c.%1$s = l.%1$s".formatted(c.sql())));
    conditions.add(
        "row(%s) *= row(%s)".formatted(Source.list(columns(), "c."), Source.list(columns(), "l.")));
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
        find("<each deletion>", false),
        "delete from only <its partition> where ctid = <its place>",
        "delete from %s where %s <= <end of the chunk>".formatted(names.log().sql(), ID));
  }
}
