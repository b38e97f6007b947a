package io.sluice.pgtask.partition;

import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.DefaultPart;
import io.sluice.pgtask.catalog.Partition;
import io.sluice.pgtask.catalog.PartitionCatalog;
import io.sluice.pgtask.catalog.PartitionCatalog.Found;
import io.sluice.pgtask.catalog.PartitionedTable;
import io.sluice.pgtask.catalog.TableGlobs;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.Privileges;
import io.sluice.pgtask.run.Privileges.Requirement;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.PartitionSpec;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Finds the tables of a task, and says what cannot be rotated and why. */
final class RotatedTables {

  private final PartitionSpec spec;
  private final TaskRun run;
  private final FeedTables feedTables;
  private final Collection<TableName> held;
  private final TableGlobs wanted;
  private final TableGlobs excluded;

  /**
   * @param held partitions that were restored for a while
   */
  RotatedTables(
      PartitionSpec spec, TaskRun run, FeedTables feedTables, Collection<TableName> held) {
    this.held = held;
    this.spec = spec;
    this.run = run;
    this.feedTables = feedTables;
    this.wanted = TableGlobs.of(spec.tables());
    this.excluded = TableGlobs.of(spec.exclude());
  }

  List<RotatedTable> find() throws SQLException {
    if (spec.feed().isPresent() && !run.task().database().equals(DatabaseSpec.WAREHOUSE)) {
      run.problem(
          "tables of feed %s are in the warehouse; remove database: from the task"
              .formatted(spec.feed().get()));
      return List.of();
    }
    Map<TableName, FeedTable> ofFeed = spec.feed().map(feedTables::of).orElse(Map.of());
    Found found =
        spec.feed().isPresent()
            ? run.read(
                connection ->
                    PartitionCatalog.read(
                        connection, name -> ofFeed.containsKey(name) && !excluded.match(name)))
            : ofGlobs();
    List<RotatedTable> rotatedTables = new ArrayList<>();
    for (PartitionedTable table : allowed(found.tables())) {
      rotated(table, Optional.ofNullable(ofFeed.get(table.name()))).ifPresent(rotatedTables::add);
    }
    return rotatedTables;
  }

  /** What is missing for any of them is said at once; those that nothing keeps are left. */
  private List<PartitionedTable> allowed(List<PartitionedTable> tables) throws SQLException {
    Map<PartitionedTable, List<Requirement>> needs = new LinkedHashMap<>();
    tables.forEach(table -> needs.put(table, needs(table)));
    List<Requirement> all = new ArrayList<>(tables.stream().flatMap(this::readings).toList());
    needs.values().forEach(all::addAll);
    Set<Requirement> missing = Privileges.require(run, all);
    needs.values().removeIf(own -> own.stream().anyMatch(missing::contains));
    tables.stream()
        .filter(table -> !needs.containsKey(table))
        .forEach(table -> run.note(table.name() + " is skipped, because rights are missing"));
    return List.copyOf(needs.keySet());
  }

  private List<Requirement> needs(PartitionedTable table) {
    List<Requirement> needs = new ArrayList<>(Privileges.makingBeside(table.name()));
    if (spec.template().privileges()) {
      needs.add(Privileges.givingToOwner(table.name()));
    }
    spec.template().table().map(TableName::parse).map(Privileges::reading).ifPresent(needs::add);
    spec.template().tablespace().map(Privileges::storingIn).ifPresent(needs::add);
    if (spec.expired() instanceof PartitionSpec.Expired.Archive archive) {
      needs.add(Privileges.creatingIn(archive.schema()));
    }
    return needs;
  }

  /** What an export or the default partition's drain needs, and nothing else. */
  private Stream<Requirement> readings(PartitionedTable table) {
    Optional<TableName> drained =
        table.defaultPart().filter(part -> spec.defaultPartition().drain()).map(DefaultPart::name);
    return Stream.concat(
        drained.map(Privileges::owning).stream(),
        drained.isPresent() || spec.export().isPresent()
            ? Stream.of(Privileges.seeingAllRows(table.name()))
            : Stream.empty());
  }

  private Found ofGlobs() throws SQLException {
    Found found =
        run.read(
            connection ->
                PartitionCatalog.read(
                    connection, name -> wanted.match(name) && !excluded.match(name)));
    found.problems().values().forEach(run::problem);
    for (String pattern : spec.tables()) {
      TableGlobs glob = TableGlobs.of(pattern);
      boolean any =
          found.tables().stream().anyMatch(table -> glob.match(table.name()))
              || found.problems().keySet().stream().anyMatch(glob::match);
      if (!any) {
        run.problem(
            "there is no partitioned table %s in database %s; correct tables: in the task, or convert a plain table with a convert: task"
                .formatted(pattern, run.task().database()));
      }
    }
    List<PartitionedTable> roots =
        found.tables().stream()
            .filter(table -> !table.partition() || wanted.names(table.name()))
            .toList();
    return new Found(roots, found.problems());
  }

  private Optional<RotatedTable> rotated(PartitionedTable table, Optional<FeedTable> feed)
      throws SQLException {
    try {
      Optional<Periods> periods = periods(table);
      if (periods.isEmpty()) {
        run.problem(
            "%s has no partition yet that begins and ends somewhere, to take the width from; write by: in the task"
                .formatted(table.name()));
        return Optional.empty();
      }
      checkText(table, periods.get());
      return Optional.of(rotated(table, periods.get(), feed));
    } catch (IllegalArgumentException e) {
      run.problem("%s is skipped: %s".formatted(table.name(), e.getMessage()));
      return Optional.empty();
    } catch (ArithmeticException e) {
      run.problem(
          "%s is skipped: its partitions reach the largest number that Sluice can count to"
              .formatted(table.name()));
      return Optional.empty();
    }
  }

  /** Text sorts as times do only if all of it is written alike. */
  private void checkText(PartitionedTable table, Periods periods) throws SQLException {
    Optional<String> wrong =
        run.read(c -> TimeValues.wrongOrder(c, periods, table.oid(), table.key()));
    if (wrong.isPresent()) {
      throw new IllegalArgumentException(wrong.get());
    }
    for (Partition partition : table.partitions()) {
      Bounds bounds = partition.bounds();
      if (!periods.writes(bounds.lower()) || !periods.writes(bounds.upper())) {
        throw new IllegalArgumentException(
            "its partition %s, %s, is not bounded by texts such as timeFormat: says; write the pattern that it has"
                .formatted(partition.name(), bounds));
      }
    }
  }

  private Optional<Periods> periods(PartitionedTable table) {
    ZoneId zone = run.task().zone();
    if (spec.by().isPresent()) {
      return Optional.of(
          Periods.of(table.type(), spec.encoding(), zone, spec.by().get(), spec.nameFormat()));
    }
    return table
        .newestWithBounds()
        .map(
            newest ->
                Periods.like(
                    table.type(), spec.encoding(), zone, newest.bounds(), spec.nameFormat()));
  }

  private RotatedTable rotated(PartitionedTable table, Periods periods, Optional<FeedTable> feed)
      throws SQLException {
    if (periods.isTime()) {
      if (spec.keepIds().isPresent()) {
        throw new IllegalArgumentException(
            "keep: is a number of ids, but the partitions are by time; write a time such as keep: 90d");
      }
      RotationWindow window = RotationWindow.at(run.now(), periods, spec);
      return new RotatedTable(table, periods, window, feed, Optional.empty());
    }
    if (spec.keepTime().isPresent() || spec.aheadTime().isPresent()) {
      throw new IllegalArgumentException(
          "ahead: or keep: is a time, but the partitions are by id; write numbers, or epoch: if the ids"
              + " are times");
    }
    int ahead = spec.aheadCount().orElse(0);
    LargestId largest =
        run.read(
            connection ->
                LargestId.read(connection, table, periods, ahead, held, spec.confirmed()));
    RotationWindow window = RotationWindow.atId(largest.value(), periods, spec);
    return new RotatedTable(
        table, periods, window, feed, largest.wild().map(wild -> doubt(table, wild, largest)));
  }

  private String doubt(PartitionedTable table, LargestId.Wild wild, LargestId largest) {
    return "nothing of %s expires: its largest id %s, in %s, is far beyond the others, which end at %d; delete that row if it is wrong, or if ids go on from there: sluice task run %s --yes"
        .formatted(table.name(), wild.id(), wild.partition(), largest.value(), run.task().name());
  }
}
