package io.sluice.pgtask.maintenance;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.TableGlobs;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.maintenance.statistics.ServerInfo;
import io.sluice.pgtask.maintenance.statistics.TableInfo;
import io.sluice.pgtask.run.TaskRun;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The tables of a task that can be tended now; says which cannot, and why. */
final class TableSelection {

  /** More names than this make a message no clearer. */
  private static final int NAMED = 5;

  private final TaskRun run;
  private final ServerInfo server;
  private final TableFinder finder;
  private final boolean rebuilt;

  /**
   * @param rebuilt whether indexes are rebuilt or tables rewritten, which the database's owner may
   *     not do with others' tables
   */
  TableSelection(TaskRun run, ServerInfo server, TableFinder finder, boolean rebuilt) {
    this.rebuilt = rebuilt;
    this.run = run;
    this.server = server;
    this.finder = finder;
  }

  List<TableInfo> find(List<String> wanted) throws SQLException {
    List<TableInfo> found = finder.find();
    if (waitForLocks(found)) {
      found = finder.find();
    }
    sayMissing(wanted, found);
    List<TableInfo> maintainable = found.stream().filter(TableInfo::maintainable).toList();
    sayForbidden(found.stream().filter(t -> !(rebuilt ? t.owned() : t.maintainable())).toList());
    sayLocked(maintainable);
    return maintainable.stream().filter(t -> t.lockedBy().isEmpty()).toList();
  }

  /** The same tables as they are now. */
  List<TableInfo> again(List<TableInfo> tables) throws SQLException {
    Map<Long, TableInfo> now =
        finder.find().stream().collect(Collectors.toMap(TableInfo::oid, Function.identity()));
    return tables.stream()
        .filter(t -> now.containsKey(t.oid()))
        .map(t -> now.get(t.oid()))
        .filter(t -> t.lockedBy().isEmpty())
        .toList();
  }

  /** Most ACCESS EXCLUSIVE locks are short: waits for them as for any lock. */
  private boolean waitForLocks(List<TableInfo> tables) throws SQLException {
    List<TableName> locked =
        tables.stream().filter(t -> t.lockedBy().isPresent()).map(TableInfo::name).toList();
    for (TableName table : locked) {
      try {
        String lock = "lock table only " + table.sql() + " in access share mode";
        run.read(
            connection -> {
              Sql.execute(connection, lock);
              return null;
            });
      } catch (SQLException e) {
        if (!"55P03".equals(e.getSQLState()) && !"42501".equals(e.getSQLState())) {
          throw e;
        }
      }
    }
    return !locked.isEmpty();
  }

  private void sayMissing(List<String> wanted, List<TableInfo> found) {
    for (String name : wanted) {
      TableGlobs one = TableGlobs.of(name);
      if (!TableGlobs.isGlob(name) && found.stream().noneMatch(table -> table.isAmong(one))) {
        run.problem(
            "%s is not a table of this database that can be maintained (system catalogs, temporary and foreign tables, and those of extensions cannot): correct or remove it in the task"
                .formatted(name));
      }
    }
  }

  private void sayForbidden(List<TableInfo> tables) {
    Map<String, List<TableInfo>> byOwner =
        tables.stream()
            .collect(Collectors.groupingBy(TableInfo::owner, TreeMap::new, Collectors.toList()));
    byOwner.forEach(
        (owner, theirs) ->
            run.problem(
                "role %s may not maintain %s, which belong to %s: grant %s to %s%s"
                    .formatted(
                        server.role(),
                        names(theirs),
                        owner,
                        owner,
                        server.role(),
                        server.major() >= 17 ? ", or grant maintain on them" : "")));
  }

  private void sayLocked(List<TableInfo> tables) {
    for (TableInfo table : tables) {
      table
          .lockedBy()
          .ifPresent(
              pid ->
                  run.problem(
                      "%s is skipped: process %d holds or waits for an ACCESS EXCLUSIVE lock on it. The next run retries; see pg_stat_activity for what it is doing"
                          .formatted(table.name(), pid)));
    }
  }

  private static String names(List<TableInfo> tables) {
    List<String> first = new ArrayList<>();
    tables.stream().limit(NAMED).forEach(t -> first.add(t.name().toString()));
    int more = tables.size() - first.size();
    return String.join(", ", first) + (more > 0 ? " and " + more + " more" : "");
  }
}
