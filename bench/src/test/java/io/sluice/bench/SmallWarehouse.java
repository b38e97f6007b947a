package io.sluice.bench;

import io.sluice.core.ledger.LedgerSchema;
import io.sluice.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** One group with a number, a number beyond 53 bits and a vector. */
final class SmallWarehouse implements AutoCloseable {
  private final EmbeddedDatabase.Database database;
  private final Connection connection;

  SmallWarehouse() throws SQLException {
    database = EmbeddedDatabase.shared().createDatabase();
    LedgerSchema.migrate(database.dataSource());
    connection = database.dataSource().getConnection();
    execute(
        """
        create schema pm;
        create table pm.nrcelldu (end_time timestamptz, granularity int, element int, object int,
          suspect bool, a_b float8, a_b__numeric numeric,
          primary key (end_time, granularity, element, object)) partition by range (end_time);
        create table pm.nrcelldu_20261120 partition of pm.nrcelldu
          for values from ('2026-11-20') to ('2026-11-21');
        create table pm.nrcelldu_vector (end_time timestamptz, granularity int, element int,
          object int, suspect bool, v__vector float8[]);
        insert into sluice.target (schema_name, name, source_name, feed, layout, mode, time_column,
          key_columns)
          values ('pm', 'nrcelldu', 'NRCellDU', 'pm', 'wide', 'merge', 'end_time', '{}');
        insert into sluice.target_table (target_id, kind, part, table_name)
          values (1, 'main', 1, 'nrcelldu'), (1, 'vector', 1, 'nrcelldu_vector');
        insert into sluice.counter
            (table_id, target_id, counter, kind, column_name, type, ordinal, feed)
          values (1, 1, 'a.b', 'value', 'a_b', 'float8', 1, 'pm'),
                 (1, 1, 'a.b', 'numeric', 'a_b__numeric', 'numeric', 2, 'pm'),
                 (2, 1, 'v', 'vector', 'v__vector', 'float8[]', 3, 'pm');
        insert into pm.nrcelldu values ('2026-11-20', 900, 1, 1, false, 0.7, null),
                 ('2026-11-20', 900, 1, 2, true, null, 9007199254740993);
        insert into pm.nrcelldu_vector values ('2026-11-20', 900, 1, 1, false, '{1,2}');
        """);
  }

  EmbeddedDatabase.Database database() {
    return database;
  }

  Connection connection() {
    return connection;
  }

  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
