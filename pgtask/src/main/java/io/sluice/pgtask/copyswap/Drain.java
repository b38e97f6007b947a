package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.DefaultPart;
import io.sluice.pgtask.catalog.Partition;
import io.sluice.pgtask.catalog.PartitionCatalog;
import io.sluice.pgtask.catalog.PartitionedTable;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.copyswap.CopySwapState.Phase;
import io.sluice.pgtask.partition.DefaultDrain;
import io.sluice.pgtask.partition.NewPartition;
import io.sluice.pgtask.partition.PartitionSql;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.HumanFormat;
import io.sluice.pgtask.task.PartitionSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Takes a default partition apart with a {@link CopySwapStep}: at every moment each row is in
 * exactly one place, whoever counts. It costs a copy of the whole default partition.
 */
public final class Drain implements DefaultDrain {

  /** Of a row, where the table was never analysed. */
  private static final long ROW_BYTES = 200;

  @Override
  public void drain(
      TaskRun run,
      PartitionedTable parent,
      List<NewPartition> missing,
      PartitionSql sql,
      PartitionSpec spec)
      throws SQLException {
    if (parent.defaultPart().isEmpty()) {
      return;
    }
    DefaultPart rest = parent.defaultPart().get();
    CopyNames names = new CopyNames(rest.name());
    if (!SwapCleanup.afterEarlierRun(run, names)) {
      return;
    }
    List<NewPartition> wanted = begun(run, parent, names).orElse(missing);
    Optional<SourceTable> source = run.read(c -> SourceReader.read(c, rest.name()));
    if (!wanted.isEmpty() && source.filter(s -> s.oid() == rest.oid()).isPresent()) {
      drain(run, parent, wanted, sql, source.get(), spec);
    }
  }

  @Override
  public Set<TableName> underWay(Connection connection, TableName defaultPartition)
      throws SQLException {
    return PartitionCatalog.find(connection, new CopyNames(defaultPartition).copy()).stream()
        .flatMap(copy -> copy.partitions().stream())
        .map(Partition::name)
        .collect(Collectors.toSet());
  }

  /** What an earlier run was about, if the parent has none of it yet. */
  private static Optional<List<NewPartition>> begun(
      TaskRun run, PartitionedTable parent, CopyNames names) throws SQLException {
    Optional<CopySwapState> state = run.read(c -> CopySwapState.read(c, names));
    if (state.isEmpty() || state.get().phase() == Phase.SWAPPED) {
      return Optional.empty();
    }
    return run.read(c -> PartitionCatalog.find(c, names.copy()))
        .map(
            copy ->
                copy.partitions().stream()
                    .map(partition -> new NewPartition(partition.name(), partition.bounds()))
                    .toList())
        .filter(all -> all.stream().noneMatch(one -> overlaps(parent, one)));
  }

  private static boolean overlaps(PartitionedTable parent, NewPartition partition) {
    for (Partition there : parent.partitions()) {
      if (there.bounds().overlaps(partition.bounds().from(), partition.bounds().to())) {
        return true;
      }
    }
    return false;
  }

  private static void drain(
      TaskRun run,
      PartitionedTable parent,
      List<NewPartition> missing,
      PartitionSql sql,
      SourceTable source,
      PartitionSpec spec)
      throws SQLException {
    StorageOptions storage = run.read(c -> StorageOptions.read(c, source));
    CopyLayout layout = new DrainLayout(parent, source, storage, missing, sql);
    List<String> problems =
        new ArrayList<>(run.read(c -> Obstacles.of(c, source, "r", "is drained", false)));
    problems.addAll(run.read(layout::obstacles));
    if (!problems.isEmpty()) {
      problems.forEach(run::problem);
      return;
    }
    CopySwapStep move =
        new CopySwapStep(
            "Move rows from the default partition %s (%s) to %d new partitions"
                .formatted(source.name(), HumanFormat.bytes(source.bytes()), missing.size()),
            source,
            layout,
            spec.defaultPartition().batch() * rowBytes(run, source));
    if (run.step(move)) {
      move.longestBlock()
          .ifPresent(
              millis ->
                  run.note(
                      "%s was locked for %d ms while its default partition was swapped"
                          .formatted(parent.name(), millis)));
      SwapCleanup.of(new CopyNames(source.name()), layout).run(run);
    }
  }

  private static long rowBytes(TaskRun run, SourceTable source) throws SQLException {
    return run.read(
        c ->
            Sql.number(
                c,
                """
                select case when reltuples > 0 then greatest(pg_relation_size(oid) / reltuples, 1)::int8 else %d end
                from pg_class where oid = %d\
                """
                    .formatted(ROW_BYTES, source.oid())));
  }
}
