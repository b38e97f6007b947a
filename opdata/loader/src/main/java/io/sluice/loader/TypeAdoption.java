package io.sluice.loader;

import io.sluice.core.chunk.PgType;
import io.sluice.core.sql.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Set;

/**
 * Follows a person who changed a column's type: the ledger learns the new one, so that handlers
 * encode for it from now on.
 */
final class TypeAdoption {

  private static final Set<PgType> NUMBERS =
      EnumSet.of(
          PgType.INT2, PgType.INT4, PgType.INT8, PgType.FLOAT4, PgType.FLOAT8, PgType.NUMERIC);

  private final Transactions transactions;

  TypeAdoption(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * @throws RefusedTarget when Sluice cannot write the new type
   */
  void adopt(TypeChanged change) {
    boolean adopted =
        change.actual().isPresent()
            && transactions.durable(c -> adopt(c, change, change.actual().get()));
    if (!adopted) {
      throw new RefusedTarget(
          Set.of(change.tableId()),
          "column_type",
          change.getMessage()
              + ", and values of this kind cannot go there; change it back, then run: sluice parked resume",
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
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setString(1, type.sql());
      update.setInt(2, change.tableId());
      update.setString(3, change.column());
      update.setBoolean(4, NUMBERS.contains(type));
      if (update.executeUpdate() == 0) {
        return false;
      }
    }
    Ddl.execute(connection, "update sluice.meta set value = value + 1 where name = 'epoch'");
    return true;
  }
}
