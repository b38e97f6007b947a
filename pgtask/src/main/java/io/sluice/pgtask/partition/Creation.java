package io.sluice.pgtask.partition;

import io.sluice.core.catalog.TargetStorage;
import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.DefaultPart;
import io.sluice.pgtask.catalog.Partition;
import io.sluice.pgtask.catalog.PartitionCatalog;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.expired.ExpiredLedger.ExpiringPartition;
import io.sluice.pgtask.run.SqlStep;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.HumanFormat;
import io.sluice.pgtask.task.PartitionSpec;
import io.sluice.pgtask.task.PartitionSpec.Template;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Makes what a table lacks. */
final class Creation {

  /** A default partition no larger is read by ATTACH itself, which takes milliseconds. */
  private static final long SMALL = 64L << 20;

  private final PartitionSpec spec;
  private final TaskRun run;
  private final Optional<DefaultDrain> drain;
  private final Collection<TableName> held;
  private final List<ExpiringPartition> leaving;

  /**
   * @param held partitions that were restored for a while
   * @param leaving partitions on their way out; their place is theirs until they are gone
   */
  Creation(
      PartitionSpec spec,
      TaskRun run,
      Optional<DefaultDrain> drain,
      Collection<TableName> held,
      List<ExpiringPartition> leaving) {
    this.leaving = leaving;
    this.spec = spec;
    this.run = run;
    this.drain = drain;
    this.held = held;
  }

  void create(RotatedTable rotated) throws SQLException {
    try {
      tryCreate(rotated);
    } catch (IllegalArgumentException e) {
      run.problem(
          "no partitions can be created for %s: %s".formatted(rotated.name(), e.getMessage()));
    }
  }

  private void tryCreate(RotatedTable rotated) throws SQLException {
    Set<Long> heldOids =
        rotated.table().partitions().stream()
            .filter(p -> held.contains(p.name()))
            .map(Partition::oid)
            .collect(Collectors.toCollection(HashSet::new));
    MissingPartitions missing =
        MissingPartitions.of(withLeaving(rotated, heldOids), spec, heldOids);
    if (missing.more()) {
      run.note(
          "%s is missing more than %d partitions; later runs create the rest (most: in the task)"
              .formatted(rotated.name(), spec.most()));
    }
    if (rotated.table().defaultPart().isEmpty()) {
      List<NewPartition> named = names(rotated, missing.wanted());
      if (!named.isEmpty()) {
        PartitionSql maker = maker(rotated);
        named.forEach(p -> run.step(new CreatePartitionStep(rotated, p, maker)));
      }
    } else {
      besideDefault(rotated, missing);
    }
  }

  private RotatedTable withLeaving(RotatedTable rotated, Set<Long> heldOids) {
    RotatedTable with = rotated;
    Set<Long> attached =
        rotated.table().partitions().stream().map(Partition::oid).collect(Collectors.toSet());
    for (ExpiringPartition one : leaving) {
      Optional<Partition> partition =
          one.parent().equals(rotated.name()) && !attached.contains(one.oid())
              ? rotated.detached(one)
              : Optional.empty();
      if (partition.isPresent()) {
        heldOids.add(one.oid());
        with = with.with(partition.get());
      }
    }
    return with;
  }

  private List<NewPartition> names(RotatedTable rotated, List<Bounds> wanted) throws SQLException {
    if (wanted.isEmpty()) {
      return List.of();
    }
    NewPartitionNames names =
        run.read(connection -> NewPartitionNames.of(connection, rotated, wanted));
    Set<TableName> underWay = underWay(rotated);
    for (TableName taken : names.taken()) {
      if (underWay.contains(taken)) {
        continue;
      }
      run.problem(
          "%s exists but is not a partition of %s; attach it, rename it or drop it"
              .formatted(taken, rotated.name()));
    }
    return names.partitions();
  }

  private Set<TableName> underWay(RotatedTable rotated) throws SQLException {
    Optional<DefaultPart> rest = rotated.table().defaultPart();
    return drain.isEmpty() || rest.isEmpty()
        ? Set.of()
        : run.read(connection -> drain.get().underWay(connection, rest.get().name()));
  }

  private PartitionSql maker(RotatedTable rotated) throws SQLException {
    Template declared = spec.template();
    Map<String, String> storage = new TreeMap<>();
    rotated.feedTable().ifPresent(f -> storage.putAll(TargetStorage.parameters(f.merged())));
    storage.putAll(declared.storage());
    Template template =
        new Template(declared.table(), declared.tablespace(), storage, declared.privileges());
    return run.read(
        connection ->
            PartitionSql.read(
                connection, rotated.table(), template, spec.sub(), run.task().zone()));
  }

  private void besideDefault(RotatedTable rotated, MissingPartitions missing) throws SQLException {
    DefaultPart rest = rotated.table().defaultPart().orElseThrow();
    dropLeftover(rest);
    long size =
        run.read(connection -> PartitionCatalog.sizes(connection, List.of(rest.oid())))
            .get(rest.oid());
    if (missing.wanted().isEmpty() && size > SMALL) {
      handToDrain(rotated, List.of(), DefaultRows.NONE, size);
      return;
    }
    List<Bounds> asked = new ArrayList<>(missing.wanted());
    asked.addAll(missing.older());
    DefaultRows rows = run.read(connection -> DefaultRows.read(connection, rotated.table(), asked));
    sayOutside(rotated, rows);
    List<Bounds> free =
        missing.wanted().stream().filter(bounds -> !rows.rows().containsKey(bounds)).toList();
    makeBeside(rotated, names(rotated, free), size);
    handToDrain(rotated, names(rotated, held(rows)), rows, size);
  }

  private static List<Bounds> held(DefaultRows rows) {
    return rows.rows().keySet().stream().sorted(Comparator.comparingLong(Bounds::from)).toList();
  }

  /** A run that was killed may have left its CHECK, which refuses rows. */
  private void dropLeftover(DefaultPart rest) throws SQLException {
    String check = "select from pg_constraint where conrelid = ? and conname = ?";
    if (run.read(c -> Sql.exists(c, check, rest.oid(), CreateBesideDefaultStep.CHECK))) {
      run.step(
          SqlStep.transaction(
              "drop the check constraint that an interrupted run left on " + rest.name(),
              List.of(CreateBesideDefaultStep.drop(rest.name()))));
    }
  }

  private void sayOutside(RotatedTable rotated, DefaultRows rows) {
    if (rows.outside() > 0) {
      run.note(
          ("%,d rows in the default partition of %s are outside the window of the task (%s to %s,"
                  + " or NULL); they stay there, because no partition is created for them")
              .formatted(rows.outside(), rotated.name(), rows.first(), rows.last()));
    }
  }

  private void makeBeside(RotatedTable rotated, List<NewPartition> partitions, long defaultSize)
      throws SQLException {
    if (partitions.isEmpty()) {
      return;
    }
    PartitionSql maker = maker(rotated);
    if (defaultSize > SMALL) {
      run.step(new CreateBesideDefaultStep(rotated, partitions, maker));
      return;
    }
    run.note(
        "the default partition of %s has %s; ATTACH scans it under a lock, which takes milliseconds"
            .formatted(rotated.name(), HumanFormat.bytes(defaultSize)));
    partitions.forEach(p -> run.step(new CreatePartitionStep(rotated, p, maker)));
  }

  private void handToDrain(
      RotatedTable rotated, List<NewPartition> partitions, DefaultRows rows, long size)
      throws SQLException {
    if (!spec.defaultPartition().drain()) {
      sayNotMade(rotated, rows, "default: {drain: true} moves them");
      return;
    }
    boolean movable =
        size <= SMALL
            && !run.read(connection -> MoveFromDefaultStep.referenced(connection, rotated.table()));
    List<NewPartition> large = new ArrayList<>();
    for (NewPartition partition : partitions) {
      long count = rows.rows().get(partition.bounds());
      if (movable && (drain.isEmpty() || count <= spec.defaultPartition().batch())) {
        move(rotated, partition, count);
      } else {
        large.add(partition);
      }
    }
    if (drain.isPresent()) {
      drain.get().drain(run, rotated.table(), large, maker(rotated), spec);
    } else if (!large.isEmpty()) {
      sayNotMade(
          rotated,
          rows,
          "it is larger than %s or referenced by foreign keys, so they are not moved; create that partition by hand"
              .formatted(HumanFormat.bytes(SMALL)));
    }
  }

  private void move(RotatedTable rotated, NewPartition partition, long count) throws SQLException {
    PartitionSql maker = maker(rotated);
    run.step(
        run.read(
            connection -> MoveFromDefaultStep.of(connection, rotated, partition, count, maker)));
  }

  private void sayNotMade(RotatedTable rotated, DefaultRows rows, String remedy) {
    long waiting = rows.rows().values().stream().mapToLong(Long::longValue).sum();
    if (waiting > 0) {
      run.note(
          "%,d rows of %d missing partitions of %s are in its default partition, so these are not created: %s"
              .formatted(waiting, rows.rows().size(), rotated.name(), remedy));
    }
  }
}
