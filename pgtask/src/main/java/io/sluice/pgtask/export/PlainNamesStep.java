package io.sluice.pgtask.export;

import io.sluice.core.catalog.Names;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.StepResult;
import io.sluice.pgtask.run.Work;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives indexes the names they would have had on the table's own name. ALTER INDEX RENAME takes
 * SHARE UPDATE EXCLUSIVE on the index
 * (https://www.postgresql.org/docs/current/sql-alterindex.html).
 *
 * @param building the table's name while it is built
 * @param name its own
 */
record PlainNamesStep(TableName building, TableName name) implements Step {

  private static final String INDEXES =
      """
      select c.relname from pg_catalog.pg_index i
      join pg_catalog.pg_class c on c.oid = i.indexrelid
      join pg_catalog.pg_class t on t.oid = i.indrelid
      join pg_catalog.pg_namespace n on n.oid = t.relnamespace
      where n.nspname = ? and t.relname = ? order by c.oid
      """;

  @Override
  public String words() {
    return "name the indexes of " + building + " as those of " + name;
  }

  @Override
  public List<String> sql() {
    return List.of("alter index <index> rename to <index of " + name + ">");
  }

  @Override
  public StepResult run(Work work) throws SQLException {
    work.transaction(
        connection -> {
          for (String index : indexes(connection)) {
            rename(connection, index);
          }
          return null;
        });
    return StepResult.done();
  }

  private List<String> indexes(Connection connection) throws SQLException {
    List<String> indexes = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(INDEXES)) {
      select.setString(1, building.schema());
      select.setString(2, building.name());
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          indexes.add(row.getString(1));
        }
      }
    }
    return indexes;
  }

  private void rename(Connection connection, String index) throws SQLException {
    String plain = plain(index);
    if (plain.equals(index) || isTaken(connection, plain)) {
      return;
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "alter index %s rename to %s"
              .formatted(building.sibling(index).sql(), SqlNames.quote(plain)));
    }
  }

  private String plain(String index) {
    return index.startsWith(building.name())
        ? Names.withSuffix(name.name(), index.substring(building.name().length()))
        : index;
  }

  private boolean isTaken(Connection connection, String index) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("select to_regclass(?) is not null")) {
      select.setString(1, name.sibling(index).sql());
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }
}
