package io.sluice.pgtask.partition;

import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.Partition;
import io.sluice.pgtask.catalog.PartitionCatalog;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.expired.ExpiredLedger;
import io.sluice.pgtask.expired.ExpiredLedger.ExpiringPartition;
import io.sluice.pgtask.run.Privileges;
import io.sluice.pgtask.run.Privileges.Requirement;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.HumanFormat;
import io.sluice.pgtask.task.PartitionSpec;
import io.sluice.pgtask.task.PartitionSpec.Expired;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Partitions on their way out: export, detach, then drop, keep or archive, each a step of its own,
 * so that one that is blocked stops nothing but itself. What an earlier run began is decided again,
 * and carried on from what the catalogue says.
 */
final class Expiry {

  /** So many may always go: a table with few partitions is emptied by every share. */
  private static final int FEW = 4;

  private final PartitionSpec spec;
  private final TaskRun run;
  private final ExpiredLedger ledger;
  private final Optional<BeforeDrop> exporter;
  private final Collection<TableName> held;
  private final List<RotatedTable> rotatedTables;
  private final Set<Long> due = ConcurrentHashMap.newKeySet();
  private volatile boolean exportFailed;

  Expiry(
      PartitionSpec spec,
      TaskRun run,
      ExpiredLedger ledger,
      Optional<BeforeDrop> exporter,
      Collection<TableName> held,
      List<RotatedTable> rotatedTables) {
    this.spec = spec;
    this.run = run;
    this.ledger = ledger;
    this.exporter = exporter;
    this.held = held;
    this.rotatedTables = rotatedTables;
  }

  private List<TableName> tables() {
    return rotatedTables.stream().map(RotatedTable::name).toList();
  }

  /**
   * Carries on what left its parent already in an earlier run, if the task as it is now would take
   * it out again: what one declaration began, a corrected one must be able to stop.
   */
  void carryOn() throws SQLException {
    for (ExpiringPartition expiring : ledger.open(run.task().name(), tables())) {
      ExpiryState state = ExpiryState.of(run, expiring);
      switch (state) {
        case ATTACHED -> {} // decided anew with its table
        case PENDING -> {
          if (run.step(new DetachStep(expiring, DetachStep.Way.FINALIZE, "", ledger, run.now()))) {
            finishOrLeave(expiring);
          }
        }
        case DETACHED -> finishOrLeave(expiring);
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

  private void finishOrLeave(ExpiringPartition expiring) throws SQLException {
    Optional<RotatedTable> rotated =
        rotatedTables.stream().filter(t -> t.name().equals(expiring.parent())).findFirst();
    if (rotated.isPresent() && stillDue(rotated.get(), expiring)) {
      finish(decidedAgain(expiring));
      return;
    }
    run.problem(
        "%s was detached from %s to %s, but the task as it is now does not let it expire; it stays as a table of its own, and %s does not show its rows; to bring it back: sluice partition attach %s%s"
            .formatted(
                expiring.partition(),
                expiring.parent(),
                expiring.action(),
                expiring.parent(),
                expiring.partition(),
                run.task().database().equals(DatabaseSpec.WAREHOUSE)
                    ? ""
                    : " --database " + run.task().database()));
  }

  /** As if it were attached still. */
  private boolean stillDue(RotatedTable rotated, ExpiringPartition expiring) throws SQLException {
    Optional<Partition> partition = rotated.detached(expiring);
    if (partition.isEmpty() || !expires()) {
      return false;
    }
    RotatedTable before = rotated.with(partition.get());
    Map<Partition, String> expired = expired(before);
    return expired.containsKey(partition.get()) && refusal(before, expired).isEmpty();
  }

  /** What becomes of it is what the task says now. */
  private ExpiringPartition decidedAgain(ExpiringPartition expiring) {
    ExpiringPartition again = expiring.to(action(), archive());
    if (!again.equals(expiring) && !run.dry()) {
      ledger.decideAgain(again);
    }
    return again;
  }

  private void close(ExpiringPartition expiring) {
    if (!run.dry()) {
      ledger.done(expiring.oid(), run.now());
    }
  }

  private boolean expires() {
    return spec.keepTime().isPresent()
        || spec.keepIds().isPresent()
        || spec.keepBytes().isPresent();
  }

  /** Takes out what is due of a table. */
  void expire(RotatedTable rotated) throws SQLException {
    if (!expires()) {
      return;
    }
    Map<Partition, String> expired = expired(rotated);
    Optional<String> refusal = refusal(rotated, expired);
    if (refusal.isPresent()) {
      run.problem(refusal.get());
      return;
    }
    expired.keySet().forEach(partition -> due.add(partition.oid()));
    if (expired.size() > spec.most()) {
      run.note(
          "%d partitions of %s have expired; this run handles the oldest %d, later runs the rest"
              .formatted(expired.size(), rotated.name(), spec.most()));
    }
    List<Partition> now = owned(expired.keySet().stream().limit(spec.most()).toList());
    for (int i = 0; i < now.size(); i++) {
      if (exportFailed) {
        run.note(
            "%d partitions of %s have expired but stay: the export before them failed, and the next run retries"
                .formatted(now.size() - i, rotated.name()));
        return;
      }
      if (pending(rotated)) {
        return;
      }
      expire(rotated, now.get(i), expired.get(now.get(i)));
    }
  }

  /** Once detached, one of another's could be neither dropped nor moved. */
  private List<Partition> owned(List<Partition> partitions) throws SQLException {
    if (spec.expired() instanceof Expired.Keep keep && keep.indexes()) {
      return partitions;
    }
    Set<Requirement> missing =
        Privileges.require(
            run, partitions.stream().map(Partition::name).map(Privileges::owning).toList());
    return partitions.stream().filter(p -> !missing.contains(Privileges.owning(p.name()))).toList();
  }

  private Map<Partition, String> expired(RotatedTable rotated) throws SQLException {
    List<Partition> past = DuePartitions.past(rotated, held);
    Map<Long, Long> sizes = spec.keepBytes().isPresent() ? allSizes(rotated) : Map.of();
    return DuePartitions.due(rotated, spec, past, sizes);
  }

  /** One wrong value, of the data or of the task, must not empty a table. */
  private Optional<String> refusal(RotatedTable rotated, Map<Partition, String> expired) {
    if (expired.isEmpty() || spec.confirmed()) {
      return Optional.empty();
    }
    if (rotated.doubt().isPresent()) {
      return rotated.doubt();
    }
    long begun =
        rotated.table().partitions().stream()
            .filter(p -> p.bounds().from() <= rotated.window().now() && !held.contains(p.name()))
            .count();
    if (expired.size() <= Math.max(FEW, spec.mostShare() * begun)) {
      return Optional.empty();
    }
    Partition last = expired.keySet().stream().reduce((older, newer) -> newer).orElseThrow();
    return Optional.of(
        "nothing of %s expires: %d of its %d partitions would, up to %s, and mostShare: allows %s at once; correct keep: or keepSize: in the task, or if they are to go: sluice task run %s --yes"
            .formatted(
                rotated.name(),
                expired.size(),
                begun,
                last.bounds().upper(),
                HumanFormat.percent(spec.mostShare()),
                run.task().name()));
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
        ledger.open(run.task().name(), tables()).stream()
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
    if (rotated.feedTable().isPresent() && isRead(rotated, partition)) {
      return;
    }
    long bytes =
        run.read(connection -> PartitionCatalog.sizes(connection, List.of(partition.oid())))
            .get(partition.oid());
    ExpiringPartition expiring = expiring(rotated, partition, bytes);
    Optional<ExportBeforeDropStep> export = export(expiring);
    if (export.isPresent() && !done(export.get())) {
      return;
    }
    if (rotated.feedTable().isPresent() && !deleteMarks(rotated, partition)) {
      return;
    }
    DetachStep.Way way =
        rotated.table().defaultPart().isPresent()
            ? DetachStep.Way.PLAIN
            : DetachStep.Way.CONCURRENTLY;
    if (run.step(new DetachStep(expiring, way, why, ledger, run.now()))) {
      boolean saved = run.dry() || (export.isPresent() && export.get().isWhole(run));
      finish(saved ? expiring.saved() : expiring);
    }
  }

  private ExpiringPartition expiring(RotatedTable rotated, Partition partition, long bytes) {
    Bounds bounds = partition.bounds();
    return new ExpiringPartition(
        run.task().name(),
        rotated.name(),
        partition.name(),
        partition.oid(),
        bounds.lower(),
        bounds.upper(),
        action(),
        archive(),
        bytes,
        false);
  }

  private String action() {
    if (spec.expired() instanceof Expired.Archive) {
      return "archive";
    }
    return spec.expired() instanceof Expired.Keep ? "keep" : "drop";
  }

  private Optional<String> archive() {
    return spec.expired() instanceof Expired.Archive archive
        ? Optional.of(archive.schema())
        : Optional.empty();
  }

  /** D10: what a summary has still to read stays. */
  private boolean isRead(RotatedTable rotated, Partition partition) throws SQLException {
    FeedTables.Marks marks = marks(rotated, partition);
    if (marks.count() == 0 || marks.readers() == null) {
      return false;
    }
    run.note(
        "%s has expired but stays: %,d changes in it have not been read by %s yet"
            .formatted(partition.name(), marks.count(), marks.readers()));
    return true;
  }

  /** Marks that nobody reads go before the partition they are about. */
  private boolean deleteMarks(RotatedTable rotated, Partition partition) throws SQLException {
    return marks(rotated, partition).count() == 0
        || run.step(
            FeedTables.deleteMarks(
                partition.name(),
                rotated.feedTable().orElseThrow(),
                rotated.table().type(),
                partition.bounds()));
  }

  private FeedTables.Marks marks(RotatedTable rotated, Partition partition) throws SQLException {
    FeedTable feed = rotated.feedTable().orElseThrow();
    return run.read(
        connection ->
            FeedTables.marks(connection, feed, rotated.table().type(), partition.bounds()));
  }

  /** The end of what is detached; what was written to it since its export is exported again. */
  private void finish(ExpiringPartition expiring) throws SQLException {
    if (!expiring.exported()) {
      Optional<ExportBeforeDropStep> export = export(expiring);
      if (export.isPresent() && (exportFailed || !done(export.get()))) {
        return;
      }
      export.ifPresent(step -> step.record(run));
    }
    boolean indexes =
        spec.expired() instanceof Expired.Keep keep
            ? keep.indexes()
            : !(spec.expired() instanceof Expired.Archive archive) || archive.indexes();
    run.step(
        run.read(connection -> DisposePlan.of(connection, expiring, indexes, ledger, run.now())));
  }

  private Optional<ExportBeforeDropStep> export(ExpiringPartition expiring) {
    return spec.export()
        .map(to -> new ExportBeforeDropStep(expiring, to.to(), exporter.orElseThrow(), ledger));
  }

  /** One that failed stops the others: what keeps one from being written keeps all. */
  private boolean done(ExportBeforeDropStep export) {
    boolean done = run.step(export);
    if (!done) {
      exportFailed = true;
    }
    return done;
  }

  /** Takes back intentions of partitions that are not due any more; after all tables. */
  void withdraw() throws SQLException {
    for (ExpiringPartition expiring : ledger.open(run.task().name(), tables())) {
      boolean attached = ExpiryState.of(run, expiring) == ExpiryState.ATTACHED;
      if (attached && !due.contains(expiring.oid()) && !run.dry()) {
        ledger.withdraw(expiring.oid());
        run.note("%s no longer expires and stays".formatted(expiring.partition()));
      }
    }
  }
}
