package io.sluice.pgtask.export;

import io.sluice.core.catalog.Names;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.StepContext;
import io.sluice.pgtask.run.StepResult;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Gives indexes the names they would have had on the table's own name. ALTER INDEX RENAME takes
 * SHARE UPDATE EXCLUSIVE on the index
 * (https://www.postgresql.org/docs/current/sql-alterindex.html).
 *
 * @param building the table's name while it is built
 * @param name its own
 */
record RenameIndexesStep(TableName building, TableName name) implements Step {

  private static final String INDEXES =
      """
      select c.relname from pg_catalog.pg_index i
      join pg_catalog.pg_class c on c.oid = i.indexrelid
      join pg_catalog.pg_class t on t.oid = i.indrelid
      join pg_catalog.pg_namespace n on n.oid = t.relnamespace
      where n.nspname = ? and t.relname = ? order by c.oid
      """;

  @Override
  public String description() {
    return "rename the indexes of " + building + " to those of " + name;
  }

  @Override
  public List<String> sql() {
    return List.of("alter index <index> rename to <index of " + name + ">");
  }

  @Override
  public StepResult run(StepContext context) throws SQLException {
    context.transaction(
        connection -> {
          for (String index :
              Sql.strings(connection, INDEXES, building.schema(), building.name())) {
            rename(connection, index);
          }
          return null;
        });
    return StepResult.done();
  }

  private void rename(Connection connection, String index) throws SQLException {
    String plain = plain(index);
    if (plain.equals(index) || isTaken(connection, plain)) {
      return;
    }
    Sql.execute(
        connection,
        "alter index %s rename to %s"
            .formatted(building.sibling(index).sql(), SqlNames.quote(plain)));
  }

  private String plain(String index) {
    return index.startsWith(building.name())
        ? Names.withSuffix(name.name(), index.substring(building.name().length()))
        : index;
  }

  private boolean isTaken(Connection connection, String index) throws SQLException {
    return Sql.isTrue(connection, "select to_regclass(?) is not null", name.sibling(index).sql());
  }
}
