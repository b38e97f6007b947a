package io.sluice.pgtask.run;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions.Body;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Says which grant is missing where the server refused a statement with SQLSTATE 42501. Its message
 * names the thing without its schema; catalogue and statements tell the rest. Of a server that does
 * not speak English, only its own words and the role are said.
 */
final class PermissionDenied {

  private static final String INSUFFICIENT_PRIVILEGE = "42501";

  private static final Pattern RELATION =
      Pattern.compile(
          "permission denied for (?:table|view|relation|materialized view|foreign table|index) (.+)");
  private static final Pattern OWNER =
      Pattern.compile(
          "must be owner of (?:table|view|relation|materialized view|foreign table|index|sequence) (.+)");
  private static final Pattern THING =
      Pattern.compile(
          "(permission denied for (?:schema|database|tablespace|function|sequence)"
              + "|must be owner of schema) (.+)");
  private static final Pattern MEMBER =
      Pattern.compile("must be (?:member of role|able to SET ROLE) \"(.+)\"");
  private static final Pattern BUILT_IN = Pattern.compile("pg_[a-z_]+");
  private static final Pattern GIVEN = Pattern.compile(" owner to (\"[^\"]+\"|[a-z0-9_]+)");
  private static final Pattern POLICY =
      Pattern.compile("query would be affected by row-level security policy for table .+");

  private final String message;
  private final String said;
  private final List<String> sql;

  /** Reads from the same database as the statement that was refused. */
  @FunctionalInterface
  interface Reader {
    <T> T read(Body<T> body) throws SQLException;
  }

  private PermissionDenied(String message, String said, List<String> sql) {
    this.message = message;
    this.said = said;
    this.sql = sql;
  }

  static boolean is(SQLException e) {
    return INSUFFICIENT_PRIVILEGE.equals(e.getSQLState());
  }

  /**
   * @param sql the statements of the step, one of which was refused
   */
  static String say(SQLException e, List<String> sql, Reader reader) {
    ServerErrorMessage server =
        e instanceof PSQLException thrown ? thrown.getServerErrorMessage() : null;
    String message = server == null ? String.valueOf(e.getMessage()) : server.getMessage();
    String said =
        server == null
            ? message
            : "%s %s %s".formatted(message, server.getDetail(), server.getHint());
    try {
      return reader.read(connection -> new PermissionDenied(message, said, sql).say(connection));
    } catch (SQLException | RuntimeException failed) {
      e.addSuppressed(failed);
      return message + "; the role of this task lacks that privilege";
    }
  }

  private String say(Connection connection) throws SQLException {
    String role = MissingPrivileges.role(connection);
    return lack(connection)
        .map(lack -> lack.say(role))
        .orElseGet(
            () ->
                "%s; role %s lacks that privilege, ask an administrator for it"
                    .formatted(message, role));
  }

  private Optional<MissingPrivilege> lack(Connection connection) throws SQLException {
    Matcher owner = OWNER.matcher(message);
    if (owner.matches()) {
      Optional<Named> named = named(connection, owner.group(1));
      return named.isEmpty()
          ? Optional.empty()
          : MissingPrivileges.owning(connection, named.get().schema, named.get().name);
    }
    Matcher relation = RELATION.matcher(message);
    if (relation.matches()) {
      Optional<Named> named = named(connection, relation.group(1));
      return named.isEmpty() ? Optional.empty() : relation(connection, named.get());
    }
    Matcher member = MEMBER.matcher(message);
    if (member.matches()) {
      return MissingPrivileges.inRole(connection, member.group(1));
    }
    Matcher thing = THING.matcher(message);
    if (thing.matches()) {
      return thing(connection, thing.group(1), thing.group(2));
    }
    return POLICY.matcher(message).matches()
        ? MissingPrivileges.bypassing(connection)
        : builtIn(connection);
  }

  /** A role that comes with the server, such as pg_signal_backend. */
  private Optional<MissingPrivilege> builtIn(Connection connection) throws SQLException {
    Matcher role = BUILT_IN.matcher(said);
    while (role.find()) {
      Optional<MissingPrivilege> lack = MissingPrivileges.inRole(connection, role.group());
      if (lack.isPresent()) {
        return lack;
      }
    }
    return Optional.empty();
  }

  private Optional<MissingPrivilege> thing(Connection connection, String what, String name)
      throws SQLException {
    return switch (what.substring(what.lastIndexOf(' ') + 1)) {
      case "schema" -> schema(connection, what, name);
      case "database" -> database(connection);
      case "tablespace" -> MissingPrivileges.onTablespace(connection, name);
      case "sequence" -> {
        Optional<Named> named = named(connection, name);
        yield named.isEmpty()
            ? Optional.empty()
            : MissingPrivileges.onSequence(connection, named.get().schema, named.get().name);
      }
      default -> MissingPrivileges.onFunction(connection, name);
    };
  }

  private Optional<MissingPrivilege> schema(Connection connection, String what, String name)
      throws SQLException {
    if (what.startsWith("must")) {
      return MissingPrivileges.owningSchema(connection, name);
    }
    for (String privilege : List.of("usage", "create")) {
      Optional<MissingPrivilege> lack = MissingPrivileges.onSchema(connection, name, privilege);
      if (lack.isPresent()) {
        return lack;
      }
    }
    return newOwner(connection, name);
  }

  private Optional<MissingPrivilege> newOwner(Connection connection, String schema)
      throws SQLException {
    for (String statement : sql) {
      Matcher given = GIVEN.matcher(statement);
      if (given.find()) {
        String role = given.group(1).replace("\"", "");
        Optional<MissingPrivilege> lack = MissingPrivileges.giving(connection, role, schema);
        if (lack.isPresent()) {
          return lack;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<MissingPrivilege> database(Connection connection) throws SQLException {
    Optional<MissingPrivilege> create = MissingPrivileges.onDatabase(connection, "create");
    return create.isPresent() ? create : MissingPrivileges.onDatabase(connection, "temporary");
  }

  private Optional<MissingPrivilege> relation(Connection connection, Named named)
      throws SQLException {
    for (String statement : mentioning(named)) {
      Optional<String> privileges = privileges(statement, connection);
      Optional<MissingPrivilege> lack =
          privileges.isEmpty()
              ? MissingPrivileges.owning(connection, named.schema, named.name)
              : MissingPrivileges.onTable(connection, named.schema, named.name, privileges.get());
      if (lack.isPresent()) {
        return lack;
      }
    }
    return MissingPrivileges.onTable(
        connection, named.schema, named.name, "select, insert, update, delete");
  }

  /** What a statement needs on its table; empty if only its owner may run it. */
  private static Optional<String> privileges(String statement, Connection connection)
      throws SQLException {
    String text = statement.strip().toLowerCase(Locale.ROOT);
    String verb = text.split("[^a-z]", 2)[0];
    boolean maintain = connection.getMetaData().getDatabaseMajorVersion() >= 17;
    return switch (verb) {
      case "select" -> Optional.of("select");
      case "with", "delete" -> Optional.of("select, insert, update, delete");
      case "insert" -> Optional.of("select, insert");
      case "update", "lock" -> Optional.of("select, update");
      case "truncate" -> Optional.of("truncate");
      case "copy" -> Optional.of(text.contains(" from stdin") ? "insert" : "select");
      case "create" -> text.contains("(like ") ? Optional.of("select") : Optional.empty();
      case "vacuum", "analyze", "reindex", "cluster" ->
          maintain ? Optional.of("maintain") : Optional.empty();
      default -> Optional.empty();
    };
  }

  private List<String> mentioning(Named named) {
    return sql.stream().filter(named::isIn).toList();
  }

  /**
   * @param name of the table
   * @param said its own, or that of its index, in the same schema
   */
  private record Named(String schema, String name, String said, boolean visible) {
    static Named read(ResultSet row) throws SQLException {
      return new Named(row.getString(1), row.getString(2), row.getString(3), row.getBoolean(4));
    }

    boolean isIn(String statement) {
      return statement.contains("\"" + schema + "\".\"" + said + "\"")
          || statement.contains(schema + "." + said);
    }
  }

  /** Of several relations of the name, the one in the statements; else the visible one. */
  private Optional<Named> named(Connection connection, String name) throws SQLException {
    String select =
        """
        select n.nspname, t.relname, c.relname, pg_table_is_visible(c.oid) from pg_catalog.pg_class c
        left join pg_catalog.pg_index i on i.indexrelid = c.oid
        join pg_catalog.pg_class t on t.oid = coalesce(i.indrelid, c.oid)
        join pg_catalog.pg_namespace n on n.oid = t.relnamespace
        where c.relname = ?
        """;
    List<Named> found = Sql.list(connection, select, Named::read, name);
    if (found.size() == 1) {
      return Optional.of(found.get(0));
    }
    return found.stream()
        .filter(one -> !mentioning(one).isEmpty())
        .findFirst()
        .or(() -> found.stream().filter(Named::visible).findFirst());
  }
}
