package io.sluice.core.catalog;

import io.sluice.core.feed.FeedTarget.Grants;
import io.sluice.core.sql.SqlNames;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Schemas and privileges as a feed's template says, in the creating transaction (D8). */
public final class SchemaDdl {

  private SchemaDdl() {}

  public static boolean tableExists(Connection connection, String schema, String table)
      throws SQLException {
    String sql =
        "select exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            + " where n.nspname = ? and c.relname = ?)";
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setString(1, schema);
      query.setString(2, table);
      try (ResultSet row = query.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  /** Makes the schema where it is missing; needs CREATE on the database only then. */
  public static void createSchema(Connection connection, String schema, Grants grants)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        PreparedStatement exists =
            connection.prepareStatement(
                "select exists (select from pg_namespace where nspname = ?)")) {
      exists.setString(1, schema);
      try (ResultSet row = exists.executeQuery()) {
        if (row.next() && row.getBoolean(1)) {
          return;
        }
      }
      String name = SqlNames.quote(schema);
      statement.execute("create schema if not exists " + name);
      for (String reader : grants.readers()) {
        statement.execute("grant usage on schema " + name + " to " + SqlNames.quote(reader));
      }
      if (grants.loader().isPresent()) {
        statement.execute(
            "grant usage, create on schema "
                + name
                + " to "
                + SqlNames.quote(grants.loader().get()));
      }
    }
  }

  /** Grants on a table or view that this transaction created, and hands it to its owner. */
  public static void grant(Connection connection, String schema, String table, Grants grants)
      throws SQLException {
    String name = SqlNames.qualified(schema, table);
    try (Statement statement = connection.createStatement()) {
      for (String reader : grants.readers()) {
        statement.execute("grant select on " + name + " to " + SqlNames.quote(reader));
      }
      if (grants.loader().isPresent()) {
        statement.execute(
            "grant select, insert, update, delete on "
                + name
                + " to "
                + SqlNames.quote(grants.loader().get()));
      }
      if (grants.owner().isPresent()) {
        statement.execute(
            "alter table " + name + " owner to " + SqlNames.quote(grants.owner().get()));
      }
    }
  }
}
