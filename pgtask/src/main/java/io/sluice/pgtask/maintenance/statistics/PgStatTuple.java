package io.sluice.pgtask.maintenance.statistics;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Sql.RowMapper;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.maintenance.statistics.BloatEstimator.TableBloat;
import io.sluice.pgtask.run.StepContext;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Measures bloat with the extension pgstattuple, where it is installed: reads what an estimate has
 * picked, under ACCESS SHARE. See https://www.postgresql.org/docs/current/pgstattuple.html
 */
public final class PgStatTuple {

  private static final String TABLE =
      "select table_len, approx_free_space::bigint + dead_tuple_len from %s.pgstattuple_approx(?::oid)";
  private static final String INDEX =
      """
      select index_size, leaf_pages, internal_pages,
        case when avg_leaf_density between 0 and 100 then avg_leaf_density else 0 end
      from %s.pgstatindex(?::oid::regclass)
      """;

  private final StepContext context;
  private final ServerInfo server;

  /**
   * @param context of the database to read
   */
  public PgStatTuple(StepContext context, ServerInfo server) {
    this.context = context;
    this.server = server;
  }

  /** Of a table; its TOAST table stays an estimate. */
  public TableBloat table(TableInfo table, TableBloat estimate) throws SQLException {
    if (server.pgstattuple().isEmpty() || table.kind() != 'r') {
      return estimate;
    }
    BloatEstimate rows = count(TABLE, table.oid(), row -> heap(row, table.fillfactor()));
    return new TableBloat(rows, estimate.toast());
  }

  private static BloatEstimate heap(ResultSet row, int fillfactor) throws SQLException {
    long bytes = row.getLong(1);
    double used = bytes - row.getDouble(2);
    return BloatEstimate.estimated(bytes, (long) Math.ceil(used * 100 / fillfactor));
  }

  /** Of a B-tree. */
  public BloatEstimate index(IndexInfo index, BloatEstimate estimate) throws SQLException {
    if (server.pgstattuple().isEmpty() || !index.btree()) {
      return estimate;
    }
    return count(INDEX, index.oid(), row -> index(row, index.fillfactor()));
  }

  private BloatEstimate index(ResultSet row, int fillfactor) throws SQLException {
    double leaves = Math.ceil(row.getDouble(2) * row.getDouble(4) / fillfactor);
    return BloatEstimate.estimated(
        row.getLong(1), ((long) leaves + 1 + row.getLong(3)) * server.page());
  }

  private BloatEstimate count(String sql, long oid, RowMapper<BloatEstimate> reading)
      throws SQLException {
    String schema = SqlNames.quote(server.pgstattuple().orElseThrow());
    BloatEstimate measured = context.read(c -> Sql.one(c, sql.formatted(schema), reading, oid));
    return new BloatEstimate(measured.bytes(), measured.reclaimable(), true);
  }
}
