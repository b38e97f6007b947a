package io.sluice.pgtask.maintenance;

import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.maintenance.Bloat.TableAir;
import io.sluice.pgtask.run.Work;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Counts air with the extension pgstattuple, where it is installed: reads what an estimate has
 * picked, under ACCESS SHARE. See https://www.postgresql.org/docs/current/pgstattuple.html
 */
final class Counted {

  private static final String TABLE =
      "select table_len, approx_free_space::bigint + dead_tuple_len from %s.pgstattuple_approx(?::oid)";
  private static final String INDEX =
      """
      select index_size, leaf_pages, internal_pages,
        case when avg_leaf_density between 0 and 100 then avg_leaf_density else 0 end
      from %s.pgstatindex(?::oid::regclass)
      """;

  private final Work work;
  private final Server server;

  Counted(Work work, Server server) {
    this.work = work;
    this.server = server;
  }

  /** Of a table; its TOAST table stays an estimate. */
  TableAir table(TableFacts table, TableAir estimate) throws SQLException {
    if (server.pgstattuple().isEmpty() || table.kind() != 'r') {
      return estimate;
    }
    Air rows = count(TABLE, table.oid(), row -> heap(row, table.fillfactor()));
    return new TableAir(rows, estimate.toast());
  }

  private static Air heap(ResultSet row, int fillfactor) throws SQLException {
    long bytes = row.getLong(1);
    double used = bytes - row.getDouble(2);
    return Air.estimated(bytes, (long) Math.ceil(used * 100 / fillfactor));
  }

  /** Of a B-tree. */
  Air index(IndexFacts index, Air estimate) throws SQLException {
    if (server.pgstattuple().isEmpty() || !index.btree()) {
      return estimate;
    }
    return count(INDEX, index.oid(), row -> index(row, index.fillfactor()));
  }

  private Air index(ResultSet row, int fillfactor) throws SQLException {
    double leaves = Math.ceil(row.getDouble(2) * row.getDouble(4) / fillfactor);
    return Air.estimated(row.getLong(1), ((long) leaves + 1 + row.getLong(3)) * server.page());
  }

  @FunctionalInterface
  private interface Reading {
    Air of(ResultSet row) throws SQLException;
  }

  private Air count(String sql, long oid, Reading reading) throws SQLException {
    String schema = SqlNames.quote(server.pgstattuple().orElseThrow());
    return work.read(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(sql.formatted(schema))) {
            statement.setLong(1, oid);
            try (ResultSet row = statement.executeQuery()) {
              row.next();
              Air air = reading.of(row);
              return new Air(air.bytes(), air.wins(), true);
            }
          }
        });
  }
}
