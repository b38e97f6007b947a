package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.TaskKind;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.HumanFormat;
import io.sluice.pgtask.task.UnpartitionSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Turns a partitioned table back into a plain one while it is used: {@link CopySwapStep} of all its
 * partitions. PostgreSQL clones row triggers of a partitioned table to its partitions, so what is
 * written to one by its own name is logged too; see
 * https://www.postgresql.org/docs/current/sql-createtrigger.html
 */
public final class Unpartitioning implements TaskKind<UnpartitionSpec> {

  /** What the old tables are to be called, where something else is called so. */
  private static final String TAKEN =
      "select relname from pg_class where relnamespace = to_regnamespace(quote_ident(?)) and relname = any (?)";

  /** What a plain table does not get, because only some partitions have it. */
  private static final String OWN =
      """
      select format('%s %I of %s', what, name, oid::regclass) from (
        select 'index' as what, i.relname as name, x.indrelid as oid, exists (
          select from pg_inherits h where h.inhrelid = x.indexrelid) as inherited
        from pg_index x join pg_class i on i.oid = x.indexrelid
        union all
        select 'check constraint', conname, conrelid, coninhcount > 0 from pg_constraint where contype = 'c') as o
      where not inherited and oid in (select relid from pg_partition_tree(?::oid) where level > 0)
      order by 1
      """;

  /** More names make a message no clearer. */
  private static final int SAID = 5;

  @Override
  public void run(UnpartitionSpec spec, TaskRun run) throws SQLException {
    TableName name = TableName.parse(spec.table());
    if (!SwapCleanup.afterEarlierRun(run, new CopyNames(name))) {
      return;
    }
    Optional<SourceTable> source = run.read(c -> SourceReader.read(c, name));
    if (source.isEmpty()) {
      run.problem(
          "there is no table " + name + "; correct table: in this task, or remove the task");
    } else if (source.get().attachment().isPresent()) {
      run.problem(
          "%s is itself a partition of %s; name that table, or detach it first"
              .formatted(name, source.get().attachment().get().parent()));
    } else if (!source.get().partitioned()) {
      run.note(name + " is not partitioned; there is nothing to do, and this task can be removed");
    } else {
      unpartition(spec, run, source.get());
    }
  }

  private static void unpartition(UnpartitionSpec spec, TaskRun run, SourceTable source)
      throws SQLException {
    List<String> problems =
        new ArrayList<>(run.read(c -> Obstacles.of(c, source, "p", "is a plain table", false)));
    problems.addAll(run.read(c -> takenNames(c, source)));
    if (!problems.isEmpty()) {
      problems.forEach(run::problem);
      return;
    }
    UnpartitionLayout layout =
        new UnpartitionLayout(source, storage(run, source), spec.batchBytes(), spec.dropOld());
    notes(run, source);
    Conversion.move(
        run,
        source,
        layout,
        "Make the partitioned table %s (%s) a plain one online"
            .formatted(source.name(), HumanFormat.bytes(source.bytes())),
        spec.batchBytes());
  }

  private static StorageOptions storage(TaskRun run, SourceTable source) throws SQLException {
    Optional<StorageOptions> alike = run.read(c -> StorageOptions.ofPartitions(c, source));
    if (alike.isPresent()) {
      return alike.get();
    }
    run.note(
        "the partitions of %s differ in tablespace or storage parameters; the plain table gets those of %1$s itself"
            .formatted(source.name()));
    return run.read(c -> StorageOptions.read(c, source));
  }

  private static List<String> takenNames(Connection connection, SourceTable source)
      throws SQLException {
    List<TableName> tables = new ArrayList<>(SourceReader.partitions(connection, source));
    tables.add(source.name());
    List<TableName> wanted = new ArrayList<>(tables.stream().map(UnpartitionLayout::old).toList());
    source
        .indexes()
        .forEach(index -> wanted.add(UnpartitionLayout.old(source.name().sibling(index.name()))));
    List<String> taken = new ArrayList<>();
    for (String schema : wanted.stream().map(TableName::schema).distinct().toList()) {
      List<String> names =
          wanted.stream().filter(t -> t.schema().equals(schema)).map(TableName::name).toList();
      taken.addAll(Sql.strings(connection, TAKEN, schema, Sql.texts(names)));
    }
    return taken.isEmpty()
        ? List.of()
        : List.of(
            "the old tables of %s need names that already exist: %s. Rename or drop these"
                .formatted(source.name(), String.join(", ", taken)));
  }

  private static void notes(TaskRun run, SourceTable source) throws SQLException {
    run.note(
        "until the old table is dropped, the plain %s takes about %s of additional disk space, plus what is written in the meantime"
            .formatted(source.name(), HumanFormat.bytes(source.bytes())));
    List<String> own = run.read(c -> own(c, source));
    if (!own.isEmpty()) {
      int more = own.size() - SAID;
      run.note(
          "the plain %s gets nothing that only partitions have: %s%s"
              .formatted(
                  source.name(),
                  String.join(", ", own.subList(0, Math.min(SAID, own.size()))),
                  more > 0 ? " and " + more + " more" : ""));
    }
  }

  private static List<String> own(Connection connection, SourceTable source) throws SQLException {
    SourceReader.onlyCatalog(connection);
    return Sql.strings(connection, OWN, source.oid());
  }
}
