package io.sluice.loader.table;

import io.sluice.core.chunk.PgType;
import io.sluice.core.ledger.Epoch;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Set;

/**
 * Follows a person who changed a column's type: the ledger learns the new one, so that handlers
 * encode for it from now on.
 */
public final class TypeAdoption {

  private static final Set<PgType> NUMBERS =
      EnumSet.of(
          PgType.INT2, PgType.INT4, PgType.INT8, PgType.FLOAT4, PgType.FLOAT8, PgType.NUMERIC);

  private final Transactions transactions;

  public TypeAdoption(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * @throws RefusedTarget when Sluice cannot write the new type
   */
  public void adopt(TypeChanged change) {
    boolean adopted =
        change.actual().isPresent()
            && transactions.durable(c -> adopt(c, change, change.actual().get()));
    if (!adopted) {
      throw new RefusedTarget(
          Set.of(change.tableId()),
          "column_type",
          change.getMessage() + ", and values of this kind cannot go there; change it back",
          change);
    }
  }

  /** A new epoch makes every handler forget what it knew of columns. */
  private static boolean adopt(Connection connection, TypeChanged change, PgType type)
      throws SQLException {
    String sql =
        """
        update sluice.counter c set type = ? from sluice.target g
        where g.id = c.target_id and c.table_id = ? and c.column_name = ?
          and (g.layout = 'rows' or (c.kind = 'value' and ?))
        """;
    int changed =
        Sql.update(
            connection, sql, type.sql(), change.tableId(), change.column(), NUMBERS.contains(type));
    if (changed == 0) {
      return false;
    }
    Epoch.raise(connection);
    return true;
  }
}
