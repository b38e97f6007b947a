package io.sluice.pgtask.partition;

import io.sluice.core.catalog.TargetStorage;
import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.DefaultPart;
import io.sluice.pgtask.catalog.Partition;
import io.sluice.pgtask.catalog.PartitionCatalog;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.expired.ExpiredLedger.ExpiringPartition;
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
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Makes what a table lacks. */
final class Creation {

  /** A default partition no larger is read by ATTACH itself, which takes milliseconds. */
  private static final long SMALL = 64L << 20;

  private final PartitionSpec spec;
  private final TaskRun run;
  private final DefaultDrain drain;
  private final Collection<TableName> held;
  private final List<ExpiringPartition> leaving;

  /**
   * @param held partitions that were restored for a while
   * @param leaving partitions on their way out; their place is theirs until they are gone
   */
  Creation(
      PartitionSpec spec,
      TaskRun run,
      DefaultDrain drain,
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
      attach(rotated, names(rotated, missing.wanted()), List.of());
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
    return rest.isEmpty()
        ? Set.of()
        : run.read(connection -> drain.underWay(connection, rest.get().name()));
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

  private void attach(RotatedTable rotated, List<NewPartition> partitions, List<String> locks)
      throws SQLException {
    if (!partitions.isEmpty()) {
      PartitionSql maker = maker(rotated);
      partitions.forEach(p -> run.step(new CreatePartitionStep(rotated, p, maker, locks)));
    }
  }

  private void besideDefault(RotatedTable rotated, MissingPartitions missing) throws SQLException {
    DefaultPart rest = rotated.table().defaultPart().orElseThrow();
    long size =
        run.read(connection -> PartitionCatalog.sizes(connection, List.of(rest.oid())))
            .get(rest.oid());
    boolean small = size <= SMALL;
    List<Bounds> asked = new ArrayList<>(missing.wanted());
    asked.addAll(missing.older());
    DefaultRows rows =
        small || !missing.wanted().isEmpty()
            ? run.read(connection -> DefaultRows.read(connection, rotated, asked))
            : DefaultRows.NONE;
    sayOutside(rotated, rows);
    sayStrangers(rotated, rows, missing);
    List<Bounds> wanted =
        missing.wanted().stream().filter(bounds -> !rows.strange().containsKey(bounds)).toList();
    Set<Bounds> drained = new TreeSet<>(Comparator.comparingLong(Bounds::from));
    drained.addAll(rows.rows().keySet());
    drained.removeAll(rows.strange().keySet());
    if (small) {
      List<Bounds> free = wanted.stream().filter(bounds -> !drained.contains(bounds)).toList();
      attachBeside(rotated, names(rotated, free), rest, size);
    } else {
      drained.addAll(wanted);
    }
    drain(rotated, names(rotated, List.copyOf(drained)), rows, size);
  }

  private void sayOutside(RotatedTable rotated, DefaultRows rows) {
    if (rows.outside() > 0) {
      run.note(
          ("%,d rows in the default partition of %s are outside the window of the task (%s to %s,"
                  + " or NULL); they stay there, because no partition is created for them")
              .formatted(rows.outside(), rotated.name(), rows.first(), rows.last()));
    }
  }

  /** In a partition they would expire by a time that is not theirs. */
  private void sayStrangers(RotatedTable rotated, DefaultRows rows, MissingPartitions missing) {
    if (rows.strangers() == 0) {
      return;
    }
    String what =
        "%,d rows in the default partition of %s have a \"%s\" that is %s"
            .formatted(
                rows.strangers(),
                rotated.name(),
                rotated.table().key(),
                TimeValues.strangers(rotated.periods()));
    Optional<Bounds> hindered =
        missing.wanted().stream().filter(rows.strange()::containsKey).findFirst();
    if (hindered.isPresent()) {
      long hindering = rows.strange().values().stream().mapToLong(Long::longValue).sum();
      run.problem(
          "%s; %,d of them lie in %d missing partitions, such as %s, which are not created, because these rows would expire by a time that is not theirs: correct, move or delete them"
              .formatted(what, hindering, rows.strange().size(), hindered.get()));
    } else {
      run.note(what + "; they stay there, and no partition is created for them");
    }
  }

  private void attachBeside(
      RotatedTable rotated, List<NewPartition> partitions, DefaultPart rest, long size)
      throws SQLException {
    if (!partitions.isEmpty()) {
      run.note(
          "the default partition of %s has %s; ATTACH reads it while %s is locked, which takes milliseconds"
              .formatted(rotated.name(), HumanFormat.bytes(size), rotated.name()));
    }
    AttachLocks locks = run.read(c -> AttachLocks.read(c, rotated.name(), rest.name()));
    attach(rotated, partitions, locks.sql());
  }

  private void drain(
      RotatedTable rotated, List<NewPartition> partitions, DefaultRows rows, long size)
      throws SQLException {
    if (spec.defaultPartition().drain()) {
      drain.drain(run, rotated.table(), partitions, maker(rotated), spec);
      return;
    }
    long waiting = rows.rows().values().stream().mapToLong(Long::longValue).sum();
    if (waiting > 0) {
      run.note(
          "%,d rows of %d missing partitions of %s are in its default partition, so these are not created: default: {drain: true} moves them"
              .formatted(waiting, rows.rows().size(), rotated.name()));
    }
    if (partitions.size() > rows.rows().size()) {
      run.problem(
          "partitions of %s are not created, because its default partition has %s, all of which ATTACH would read while %s is locked: set default: {drain: true}, which copies it beside them, or make it smaller"
              .formatted(rotated.name(), HumanFormat.bytes(size), rotated.name()));
    }
  }
}
