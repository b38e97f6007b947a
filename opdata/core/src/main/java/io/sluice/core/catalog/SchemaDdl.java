package io.sluice.core.catalog;

import io.sluice.core.feed.FeedTarget.Grants;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import java.sql.Connection;
import java.sql.SQLException;

/** Schemas and privileges as a feed's template says, in the creating transaction (D8). */
public final class SchemaDdl {

  private SchemaDdl() {}

  public static boolean tableExists(Connection connection, String schema, String table)
      throws SQLException {
    String sql =
        "select from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            + " where n.nspname = ? and c.relname = ?";
    return Sql.exists(connection, sql, schema, table);
  }

  /** Makes the schema where it is missing; needs CREATE on the database only then. */
  public static void createSchema(Connection connection, String schema, Grants grants)
      throws SQLException {
    if (Sql.exists(connection, "select from pg_namespace where nspname = ?", schema)) {
      return;
    }
    String name = SqlNames.quote(schema);
    Sql.execute(connection, "create schema if not exists " + name);
    for (String reader : grants.readers()) {
      Sql.execute(connection, "grant usage on schema " + name + " to " + SqlNames.quote(reader));
    }
    if (grants.loader().isPresent()) {
      String loader = SqlNames.quote(grants.loader().get());
      Sql.execute(connection, "grant usage, create on schema " + name + " to " + loader);
    }
  }

  /** Grants on a table or view that this transaction created, and hands it to its owner. */
  public static void grant(Connection connection, String schema, String table, Grants grants)
      throws SQLException {
    String name = SqlNames.qualified(schema, table);
    for (String reader : grants.readers()) {
      Sql.execute(connection, "grant select on " + name + " to " + SqlNames.quote(reader));
    }
    if (grants.loader().isPresent()) {
      String loader = SqlNames.quote(grants.loader().get());
      Sql.execute(connection, "grant select, insert, update, delete on " + name + " to " + loader);
    }
    if (grants.owner().isPresent()) {
      String owner = SqlNames.quote(grants.owner().get());
      Sql.execute(connection, "alter table " + name + " owner to " + owner);
    }
  }
}
