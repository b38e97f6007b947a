package io.sluice.pgtask.export;

import io.sluice.core.catalog.Names;
import io.sluice.core.sql.Transactions;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.catalog.WorkingTables;
import io.sluice.pgtask.expired.ExpiredLedger;
import io.sluice.pgtask.expired.ExpiredLedger.ExpiringPartition;
import io.sluice.pgtask.expired.LedgerStep;
import io.sluice.pgtask.partition.NewPartition;
import io.sluice.pgtask.partition.PartitionSql;
import io.sluice.pgtask.run.Privileges;
import io.sluice.pgtask.run.SqlStep;
import io.sluice.pgtask.run.TaskKind;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.RestoreSpec;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Brings back an exported partition: builds a table beside its parent, fills it, proves its bounds,
 * and attaches it. Until the last step nobody sees it; what a broken off run left is built anew.
 *
 * <p>Locks: ACCESS SHARE on the parent while the table is made, SHARE UPDATE EXCLUSIVE on it while
 * it is attached, without a scan of the table, for the CHECK proves its bounds
 * (https://www.postgresql.org/docs/current/sql-altertable.html, ATTACH PARTITION). A default
 * partition is looked through first by VALIDATE, which lets others read and write.
 */
public final class Restore implements TaskKind<RestoreSpec> {

  private static final String BUILDING = "__sluice_restore";

  private final ExportLocations places;
  private final Transactions ledger;

  /**
   * @param ledger of the warehouse
   */
  public Restore(ExportLocations places, Transactions ledger) {
    this.places = places;
    this.ledger = ledger;
  }

  @Override
  public void run(RestoreSpec spec, TaskRun run) throws SQLException {
    Optional<ExportSource> source = source(spec, run);
    if (source.isEmpty()) {
      return;
    }
    TableName name = name(spec, source.get().manifest());
    RestoreTarget target =
        run.read(connection -> RestoreTarget.look(connection, source.get().manifest(), name));
    List<String> refused =
        spec.as().isPresent()
            ? target.refusedAlone(name)
            : target.refused(source.get().manifest(), spec.attach());
    if (!refused.isEmpty()) {
      refused.forEach(run::problem);
      return;
    }
    if (!Privileges.require(run, needs(spec, target, name)).isEmpty()) {
      return;
    }
    if (spec.as().isPresent()) {
      alone(source.get(), name, run);
    } else {
      partition(source.get(), target, name, spec, run);
    }
  }

  private Optional<ExportSource> source(RestoreSpec spec, TaskRun run) {
    try {
      return Optional.of(ExportSource.find(spec, run.task().database(), expired(run), places));
    } catch (IOException | IllegalArgumentException e) {
      run.problem(e.getMessage());
      return Optional.empty();
    }
  }

  private static TableName name(RestoreSpec spec, Manifest manifest) {
    return spec.as()
        .map(TableName::parse)
        .orElse(new TableName(manifest.partitionSchema(), manifest.partition()));
  }

  private static List<Privileges.Requirement> needs(
      RestoreSpec spec, RestoreTarget target, TableName name) {
    Privileges.Requirement create = Privileges.creatingIn(name.schema());
    return spec.as().isPresent()
        ? List.of(Privileges.using(name.schema()), create)
        : List.of(
            Privileges.using(target.name().schema()),
            Privileges.using(name.schema()),
            create,
            Privileges.owning(target.name()),
            Privileges.giving(target.owner(), name.schema()));
  }

  private static TableName building(TableName name) {
    return name.sibling(Names.withSuffix(name.name(), BUILDING));
  }

  /** What an interrupted restore left; a table of somebody's that has the name stays. */
  private static boolean removed(TableName building, TaskRun run) throws SQLException {
    return !run.read(connection -> WorkingTables.has(connection, building))
        || run.step(
            SqlStep.transaction(
                "remove what an interrupted restore left", RestoreSql.remove(building)));
  }

  private void alone(ExportSource source, TableName name, TaskRun run) throws SQLException {
    TableName building = building(name);
    boolean done =
        removed(building, run)
            && run.step(
                SqlStep.transaction(
                    "create " + building + " with the columns of the export",
                    RestoreSql.createAlone(building, name, source.manifest())))
            && run.step(new FillStep(source, places, building))
            && run.step(
                SqlStep.transaction("rename it to " + name, RestoreSql.rename(building, name)));
    if (done) {
      run.note(
          "%s has the rows that %s.%s had when it was exported; its indexes and constraints are in the manifest"
              .formatted(name, source.manifest().schema(), source.manifest().partition()));
    }
  }

  private void partition(
      ExportSource source, RestoreTarget target, TableName name, RestoreSpec spec, TaskRun run)
      throws SQLException {
    TableName building = building(name);
    AtomicLong row = new AtomicLong();
    boolean made =
        removed(building, run)
            && run.step(
                SqlStep.transaction(
                    "create %s like %s".formatted(building, target.name()),
                    target.building(building)))
            && run.step(new FillStep(source, places, building))
            && run.step(new RenameIndexesStep(building, name))
            && run.step(hold(source, building, run, spec, row));
    if (made
        && (spec.attach()
            ? attach(source, target, building, name, run)
            : detached(building, name, run))) {
      run.step(restored(row, name, run));
    }
  }

  private boolean attach(
      ExportSource source, RestoreTarget target, TableName building, TableName name, TaskRun run) {
    Manifest manifest = source.manifest();
    boolean ready = true;
    if (target.defaultPartition().isPresent()) {
      TableName other = target.defaultPartition().get();
      ready =
          run.step(
                  SqlStep.transaction(
                      "add a check constraint that %s holds no rows of the range".formatted(other),
                      RestoreSql.excludeFromDefault(other, target, manifest)))
              && run.step(
                  SqlStep.transaction("validate it", List.of(RestoreSql.validateDefault(other))));
    }
    boolean attached =
        ready
            && run.step(
                SqlStep.transaction(
                    "attach %s to %s".formatted(name, target.name()),
                    RestoreSql.attach(
                        building, new NewPartition(name, target.bounds()), target.maker())));
    if (target.defaultPartition().isPresent()) {
      TableName other = target.defaultPartition().get();
      run.step(
          SqlStep.transaction(
              "remove the check constraint from " + other, List.of(RestoreSql.freeDefault(other))));
    }
    return attached && run.step(SqlStep.autocommit("analyse " + name, "analyze " + name.sql()));
  }

  private boolean detached(TableName building, TableName name, TaskRun run) {
    run.note(
        "%s stays detached; its CHECK %s saves ATTACH PARTITION the scan, drop it afterwards"
            .formatted(name, PartitionSql.CHECK));
    return run.step(SqlStep.transaction("rename it to " + name, RestoreSql.rename(building, name)))
        && run.step(SqlStep.autocommit("analyse " + name, "analyze " + name.sql()));
  }

  private LedgerStep hold(
      ExportSource source, TableName building, TaskRun run, RestoreSpec spec, AtomicLong row) {
    Instant until = run.now().plus(spec.hold());
    return new LedgerStep(
        "exclude it from rotation until " + until,
        "update sluice.expired_partition set hold_until = '%s' where id = %s"
            .formatted(until, source.ledgerId().map(String::valueOf).orElse("<new>")),
        context -> {
          long oid = context.read(connection -> RestoreTarget.oid(connection, building));
          if (source.ledgerId().isPresent()) {
            row.set(source.ledgerId().get());
            expired(run).hold(row.get(), oid, until);
          } else {
            Manifest manifest = source.manifest();
            row.set(
                expired(run)
                    .hold(
                        gone(run.task().name(), manifest, oid),
                        manifest.rows(),
                        manifest.exportedAt(),
                        until));
          }
        });
  }

  private static ExpiringPartition gone(String task, Manifest manifest, long oid) {
    return new ExpiringPartition(
        task,
        new TableName(manifest.schema(), manifest.parent()),
        new TableName(manifest.partitionSchema(), manifest.partition()),
        oid,
        manifest.lower(),
        manifest.upper(),
        "drop",
        Optional.empty(),
        manifest.bytes(),
        true);
  }

  private ExpiredLedger expired(TaskRun run) {
    return ExpiredLedger.of(ledger, run);
  }

  private LedgerStep restored(AtomicLong row, TableName name, TaskRun run) {
    return new LedgerStep(
        "record that " + name + " is restored",
        "update sluice.expired_partition set restored_at = '%s' where id = <its>"
            .formatted(run.now()),
        context -> expired(run).restored(row.get(), run.now()));
  }
}
