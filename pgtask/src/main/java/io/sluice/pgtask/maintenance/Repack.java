package io.sluice.pgtask.maintenance;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.maintenance.statistics.ServerInfo;
import io.sluice.pgtask.maintenance.statistics.TableInfo;
import io.sluice.pgtask.run.Login;
import io.sluice.pgtask.run.SqlStep;
import io.sluice.pgtask.run.StepContext;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.MaintenanceSpec.Method;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * pg_repack, where its extension and a client of the same version are installed, and what it leaves
 * when it is killed. See https://reorg.github.io/pg_repack/
 */
final class Repack {

  /** Class of the advisory lock that it holds on a table, whose id is the table's less 2^31. */
  private static final String LEFT =
      """
      select n.nspname, t.relname, t.oid::bigint from pg_catalog.pg_class t
        join pg_catalog.pg_namespace n on n.oid = t.relnamespace
      where t.oid = any (?::bigint[]::oid[])
        and (exists (select from pg_catalog.pg_trigger g where g.tgrelid = t.oid and g.tgname = 'repack_trigger')
          or exists (select from pg_catalog.pg_class r join pg_catalog.pg_namespace s on s.oid = r.relnamespace
            where s.nspname = 'repack' and r.relname in ('log_' || t.oid, 'table_' || t.oid)))
        and not exists (select from pg_catalog.pg_locks l
          where l.locktype = 'advisory' and l.classid::bigint = 16185446 and l.granted
            and l.objid::bigint = (t.oid::bigint + 2147483648) % 4294967296)
      """;

  private final RepackClient client;

  private Repack(RepackClient client) {
    this.client = client;
  }

  /**
   * @param login empty if this process does not know how to log in
   */
  static Optional<Repack> find(
      TaskRun run, ServerInfo server, Method method, Optional<Login> login) {
    if (method == Method.COPY) {
      return Optional.empty();
    }
    Optional<String> against = against(server, login);
    if (against.isEmpty()) {
      return Optional.of(new Repack(new RepackClient(login.orElseThrow(), server.superuser())));
    }
    if (method == Method.PG_REPACK) {
      run.problem("method pg_repack is not possible: " + against.get() + "; or use method: copy");
    }
    return Optional.empty();
  }

  private static Optional<String> against(ServerInfo server, Optional<Login> login) {
    if (server.repack().isEmpty()) {
      return Optional.of("the database has no extension pg_repack; create it");
    }
    if (login.isEmpty()) {
      return Optional.of("this process has no login for its client");
    }
    Optional<String> version = RepackClient.version();
    if (version.isEmpty()) {
      return Optional.of("the client pg_repack is not installed here; install it");
    }
    return version.equals(server.repack())
        ? Optional.empty()
        : Optional.of(
            "the client has version %s, the extension %s; update one of them"
                .formatted(version.get(), server.repack().get()));
  }

  RepackStep step(TableInfo table, String orderBy, String why) {
    String description =
        "Rewrite %s with pg_repack ordered by %s: %s".formatted(table.name(), orderBy, why);
    return new RepackStep(description, table.name(), orderBy, client);
  }

  /** Removes what killed runs of pg_repack left at tables. Its triggers slow every write. */
  static void clean(TaskRun run, Collection<TableInfo> tables) throws SQLException {
    for (Left left : left(run, tables.stream().map(TableInfo::oid).toList())) {
      run.step(
          SqlStep.transaction(
              "Remove what an interrupted pg_repack left on " + left.table(), left.drop()));
    }
  }

  /** A table and its oid. */
  record Left(TableName table, long oid) {

    /** ACCESS EXCLUSIVE for the moment that dropping a trigger takes. */
    List<String> drop() {
      return List.of(
          "drop trigger if exists repack_trigger on " + table.sql(),
          "drop table if exists repack.log_" + oid,
          "drop table if exists repack.table_" + oid,
          "drop type if exists repack.pk_" + oid);
    }
  }

  static List<Left> left(StepContext context, List<Long> oids) throws SQLException {
    return context.read(
        connection ->
            Sql.list(
                connection,
                LEFT,
                row -> new Left(TableName.read(row), row.getLong(3)),
                Sql.longs(oids)));
  }
}
