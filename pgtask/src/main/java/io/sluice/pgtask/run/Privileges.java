package io.sluice.pgtask.run;

import io.sluice.pgtask.catalog.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Looks before the first change whether the session's role may do what a run is about to do, so
 * that all missing grants are said at once, each as the SQL that gives it.
 */
public final class Privileges {

  private Privileges() {}

  /** A right that is needed. */
  @FunctionalInterface
  public interface Requirement {
    /** What is lacking; empty if nothing is. */
    Optional<Missing> missing(Connection connection) throws SQLException;
  }

  /**
   * A missing right.
   *
   * @param sentence names role, right and remedy
   * @param sql that gives it
   */
  public record Missing(String sentence, String sql) {}

  /** Ownership, itself or by membership: ALTER, DROP, ATTACH, DETACH, CREATE INDEX, REINDEX. */
  public static Requirement owning(TableName table) {
    return need(c -> MissingPrivileges.owning(c, table.schema(), table.name()));
  }

  /**
   * Privileges on a table.
   *
   * @param privileges such as {@code select, insert}
   */
  public static Requirement on(TableName table, String privileges) {
    return need(c -> MissingPrivileges.onTable(c, table.schema(), table.name(), privileges));
  }

  /** Making tables in a schema, or the schema itself if it is not there. */
  public static Requirement creatingIn(String schema) {
    return need(c -> MissingPrivileges.onSchema(c, schema, "create"));
  }

  /** Seeing what is in a schema. */
  public static Requirement using(String schema) {
    return need(c -> MissingPrivileges.onSchema(c, schema, "usage"));
  }

  /** Giving tables to a role. */
  public static Requirement inRole(String role) {
    return need(c -> MissingPrivileges.inRole(c, role));
  }

  /** New tables beside a table being given to its owner: that needs CREATE there itself. */
  public static Requirement givingToOwner(TableName table) {
    return need(c -> MissingPrivileges.givingToOwner(c, table.schema(), table.name()));
  }

  /** Tables of a schema becoming a role's: it needs CREATE there itself. */
  public static Requirement giving(String newOwner, String schema) {
    return need(c -> MissingPrivileges.giving(c, newOwner, schema));
  }

  @FunctionalInterface
  private interface Question {
    Optional<MissingPrivilege> ask(Connection connection) throws SQLException;
  }

  private static Requirement need(Question question) {
    return connection -> {
      Optional<MissingPrivilege> lack = question.ask(connection);
      if (lack.isEmpty()) {
        return Optional.empty();
      }
      String role = MissingPrivileges.role(connection);
      return Optional.of(new Missing(lack.get().say(role), lack.get().sql()));
    };
  }

  /** All that is missing, each once. */
  public static Set<Missing> missing(Connection connection, List<Requirement> needs)
      throws SQLException {
    Set<Missing> all = new LinkedHashSet<>();
    for (Requirement need : needs) {
      need.missing(connection).ifPresent(all::add);
    }
    return all;
  }

  /**
   * Says each missing right as a problem of the run.
   *
   * @return whether none is missing
   */
  public static boolean require(TaskRun run, List<Requirement> needs) throws SQLException {
    Set<Missing> missing = run.read(connection -> missing(connection, needs));
    missing.forEach(one -> run.problem(one.sentence()));
    return missing.isEmpty();
  }
}
