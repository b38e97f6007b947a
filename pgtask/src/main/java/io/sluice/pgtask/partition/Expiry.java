package io.sluice.pgtask.partition;

import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.Partition;
import io.sluice.pgtask.catalog.PartitionCatalog;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.expired.ExpiredLedger;
import io.sluice.pgtask.expired.ExpiredLedger.ExpiringPartition;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.HumanFormat;
import io.sluice.pgtask.task.PartitionSpec;
import io.sluice.pgtask.task.PartitionSpec.Expired;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Partitions on their way out: detach, export, then drop, keep or archive, each a step of its own,
 * so that one that is blocked stops nothing but itself. What an earlier run began is carried on
 * from what the catalogue says.
 */
final class Expiry {

  /** So many may always go: a table with few partitions is emptied by every share. */
  private static final int FEW = 4;

  private final PartitionSpec spec;
  private final TaskRun run;
  private final ExpiredLedger ledger;
  private final Optional<BeforeDrop> exporter;
  private final Collection<TableName> held;
  private final List<TableName> tables;
  private final Set<Long> due = new HashSet<>();

  Expiry(
      PartitionSpec spec,
      TaskRun run,
      ExpiredLedger ledger,
      Optional<BeforeDrop> exporter,
      Collection<TableName> held,
      List<TableName> tables) {
    this.spec = spec;
    this.run = run;
    this.ledger = ledger;
    this.exporter = exporter;
    this.held = held;
    this.tables = tables;
  }

  /** Carries on what left its parent already in an earlier run. */
  void carryOn() throws SQLException {
    for (ExpiringPartition expiring : ledger.open(run.task().name(), tables)) {
      ExpiryState state = ExpiryState.of(run, expiring);
      switch (state) {
        case ATTACHED -> {} // decided anew with its table
        case PENDING -> {
          if (run.step(new DetachStep(expiring, DetachStep.Way.FINALIZE, "", ledger, run.now()))) {
            finish(expiring);
          }
        }
        case DETACHED -> finish(expiring);
        case ARCHIVED, GONE -> close(expiring);
        case FOREIGN -> {
          run.note(
              "%s was to be removed from %s, but was renamed, moved or attached elsewhere in the meantime; it is left alone"
                  .formatted(expiring.partition(), expiring.parent()));
          close(expiring);
        }
      }
    }
  }

  private void close(ExpiringPartition expiring) {
    if (!run.dry()) {
      ledger.done(expiring.oid(), run.now());
    }
  }

  /** Takes out what is due of a table. */
  void expire(RotatedTable rotated) throws SQLException {
    if (spec.keepTime().isEmpty() && spec.keepIds().isEmpty() && spec.keepBytes().isEmpty()) {
      return;
    }
    List<Partition> past = DuePartitions.past(rotated, held);
    Map<Long, Long> sizes = spec.keepBytes().isPresent() ? allSizes(rotated) : Map.of();
    Map<Partition, String> expired = DuePartitions.due(rotated, spec, past, sizes);
    if (refused(rotated, expired)) {
      return;
    }
    expired.keySet().forEach(partition -> due.add(partition.oid()));
    if (expired.size() > spec.most()) {
      run.note(
          "%d partitions of %s have expired; this run handles the oldest %d, later runs the rest"
              .formatted(expired.size(), rotated.name(), spec.most()));
    }
    List<Partition> now = expired.keySet().stream().limit(spec.most()).toList();
    for (Partition partition : now) {
      if (pending(rotated)) {
        return;
      }
      expire(rotated, partition, expired.get(partition));
    }
  }

  /** One wrong value, of the data or of the task, must not empty a table. */
  private boolean refused(RotatedTable rotated, Map<Partition, String> expired) {
    if (expired.isEmpty() || spec.confirmed()) {
      return false;
    }
    if (rotated.doubt().isPresent()) {
      run.problem(rotated.doubt().get());
      return true;
    }
    long begun =
        rotated.table().partitions().stream()
            .filter(p -> p.bounds().from() <= rotated.window().now() && !held.contains(p.name()))
            .count();
    if (expired.size() <= Math.max(FEW, spec.mostShare() * begun)) {
      return false;
    }
    Partition last = expired.keySet().stream().reduce((older, newer) -> newer).orElseThrow();
    run.problem(
        "nothing of %s expires: %d of its %d partitions would, up to %s, and mostShare: allows %s at once; correct keep: or keepSize: in the task, or if they are to go: sluice task run %s --yes"
            .formatted(
                rotated.name(),
                expired.size(),
                begun,
                last.bounds().upper(),
                HumanFormat.percent(spec.mostShare()),
                run.task().name()));
    return true;
  }

  /** PostgreSQL detaches one partition of a table at a time; who broke one off must end it. */
  private boolean pending(RotatedTable rotated) throws SQLException {
    Optional<Partition> pending =
        run.read(connection -> PartitionCatalog.find(connection, rotated.name())).stream()
            .flatMap(table -> table.partitions().stream())
            .filter(Partition::detachPending)
            .findFirst();
    if (pending.isEmpty()) {
      return false;
    }
    boolean ours =
        ledger.open(run.task().name(), tables).stream()
            .anyMatch(l -> l.oid() == pending.get().oid());
    if (ours) {
      run.note(
          "the detach of %s is unfinished, and until it is finished no other partition of %s can be detached; the next run retries"
              .formatted(pending.get().name(), rotated.name()));
    } else {
      run.problem(
          "a DETACH CONCURRENTLY of %s was interrupted, so no other partition can be detached; run: alter table %s detach partition %s finalize"
              .formatted(pending.get().name(), rotated.name().sql(), pending.get().name().sql()));
    }
    return true;
  }

  private Map<Long, Long> allSizes(RotatedTable rotated) throws SQLException {
    List<Long> oids =
        new ArrayList<>(rotated.table().partitions().stream().map(Partition::oid).toList());
    rotated.table().defaultPart().ifPresent(rest -> oids.add(rest.oid()));
    return run.read(connection -> PartitionCatalog.sizes(connection, oids));
  }

  private void expire(RotatedTable rotated, Partition partition, String why) throws SQLException {
    if (rotated.feedTable().isPresent() && !readyForFeed(rotated, partition)) {
      return;
    }
    long bytes =
        run.read(connection -> PartitionCatalog.sizes(connection, List.of(partition.oid())))
            .get(partition.oid());
    ExpiringPartition expiring = expiring(rotated, partition, bytes);
    DetachStep.Way way =
        rotated.table().defaultPart().isPresent()
            ? DetachStep.Way.PLAIN
            : DetachStep.Way.CONCURRENTLY;
    if (run.step(new DetachStep(expiring, way, why, ledger, run.now()))) {
      finish(expiring);
    }
  }

  private ExpiringPartition expiring(RotatedTable rotated, Partition partition, long bytes) {
    String action = "drop";
    Optional<String> schema = Optional.empty();
    if (spec.expired() instanceof Expired.Archive archive) {
      action = "archive";
      schema = Optional.of(archive.schema());
    } else if (spec.expired() instanceof Expired.Keep) {
      action = "keep";
    }
    Bounds bounds = partition.bounds();
    return new ExpiringPartition(
        run.task().name(),
        rotated.name(),
        partition.name(),
        partition.oid(),
        bounds.lower(),
        bounds.upper(),
        action,
        schema,
        bytes,
        false);
  }

  /** D10: what a summary has still to read stays; marks that nobody reads go first. */
  private boolean readyForFeed(RotatedTable rotated, Partition partition) throws SQLException {
    FeedTable feed = rotated.feedTable().orElseThrow();
    FeedTables.Marks marks =
        run.read(
            connection ->
                FeedTables.marks(connection, feed, rotated.table().type(), partition.bounds()));
    if (marks.count() == 0) {
      return true;
    }
    if (marks.readers() != null) {
      run.note(
          "%s has expired but stays: %,d changes in it have not been read by %s yet"
              .formatted(partition.name(), marks.count(), marks.readers()));
      return false;
    }
    return run.step(
        FeedTables.deleteMarks(partition.name(), feed, rotated.table().type(), partition.bounds()));
  }

  private void finish(ExpiringPartition expiring) throws SQLException {
    if (spec.export().isPresent() && !expiring.exported() && !export(expiring)) {
      return;
    }
    boolean indexes =
        spec.expired() instanceof Expired.Keep keep
            ? keep.indexes()
            : !(spec.expired() instanceof Expired.Archive archive) || archive.indexes();
    run.step(
        run.read(connection -> DisposePlan.of(connection, expiring, indexes, ledger, run.now())));
  }

  private boolean export(ExpiringPartition expiring) {
    return run.step(
        new ExportBeforeDropStep(
            expiring, spec.export().orElseThrow().to(), exporter.orElseThrow(), ledger));
  }

  /** Takes back intentions of partitions that are not due any more; after all tables. */
  void withdraw() throws SQLException {
    for (ExpiringPartition expiring : ledger.open(run.task().name(), tables)) {
      boolean attached = ExpiryState.of(run, expiring) == ExpiryState.ATTACHED;
      if (attached && !due.contains(expiring.oid()) && !run.dry()) {
        ledger.withdraw(expiring.oid());
        run.note("%s no longer expires and stays".formatted(expiring.partition()));
      }
    }
  }
}
