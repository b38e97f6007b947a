package io.sluice.cli;

import io.sluice.core.sql.Sql;
import io.sluice.core.yaml.Durations;
import io.sluice.pgtask.catalog.KeyType;
import io.sluice.pgtask.catalog.Partition;
import io.sluice.pgtask.catalog.PartitionCatalog;
import io.sluice.pgtask.catalog.PartitionedTable;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.expired.ExpiredLedger;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.HumanFormat;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.TaskSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Partitions as they are, and those that went. */
@Command(
    name = "partition",
    description = "Lists current and expired partitions; brings back detached and exported ones.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      PartitionCommand.ListPartitions.class,
      PartitionAttachCommand.class,
      PartitionRestoreCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sluice partition list pm.nrcelldu",
      "  sluice partition attach pm.nrcelldu_p20260301",
      "  sluice partition restore pm.nrcelldu_p20260301"
    })
final class PartitionCommand extends Group {

  PartitionCommand(Session session) {
    super(session);
  }

  /**
   * A partition, there or gone.
   *
   * @param rows as last estimated, or counted by the export; null if neither
   * @param age how long its time has ended; null for ids, and while it has not
   * @param state attached, default, detaching, or what became of it
   */
  record Line(
      String partition,
      String from,
      String to,
      long bytes,
      Long rows,
      Duration age,
      String state,
      String export) {}

  /** What a person wrote as the name of a table. */
  static TableName name(String text) {
    try {
      return TableName.parse(text);
    } catch (IllegalArgumentException e) {
      throw UserError.usage(e.getMessage(), "");
    }
  }

  /**
   * Does what a person asks for beside the declared tasks, or only shows it.
   *
   * @param name of the run
   */
  static int run(Session session, String name, String database, TaskSpec spec, boolean dryRun)
      throws SQLException {
    Task task =
        new Task(
            name, "", database, ZoneOffset.UTC, Optional.empty(), List.of(), Limits.DEFAULT, spec);
    TaskLine line = new TaskLine(session);
    return dryRun
        ? new DryTask(session, line).show(task)
        : new LiveTask(session, line).run(task, false);
  }

  /** How long rotation is to leave a partition alone. */
  static Duration hold(String text) {
    return Durations.parse(text)
        .orElseThrow(
            () -> UserError.usage("--hold " + text + " is not a duration", "Write for example 7d"));
  }

  /** Lists. */
  @Command(
      name = "list",
      description =
          "Lists the partitions of a table with bounds, size, estimated rows and age, then the"
              + " expired ones and what happened to them.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  sluice partition list pm.nrcelldu",
        "  sluice partition list billing.cdr --database billing --json"
      })
  static final class ListPartitions implements Callable<Integer> {

    private final Session session;

    @Parameters(paramLabel = "TABLE", description = "schema.table of the partitioned table.")
    private String table;

    @Option(
        names = "--database",
        paramLabel = "NAME",
        defaultValue = DatabaseSpec.WAREHOUSE,
        description = "A declared database. Default: ${DEFAULT-VALUE}.")
    private String database;

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "100",
        description = "At most this many expired partitions. Default: ${DEFAULT-VALUE}.")
    private int limit;

    ListPartitions(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() throws SQLException {
      TableName name = name(table);
      TaskLine line = new TaskLine(session);
      List<Line> lines = new ArrayList<>(line.read(database, c -> partitions(c, name)));
      new ExpiredLedger(session.transactions(), database)
          .of(name, Math.max(0, limit))
          .forEach(expired -> lines.add(gone(expired)));
      session.print(lines, () -> session.print(table(lines), name + " has no partitions"));
      return Exit.OK;
    }

    private Table table(List<Line> lines) {
      Format format = session.format();
      Table table =
          session.table("PARTITION", "FROM", "TO", ">SIZE", ">ROWS", ">AGE", "STATE", "EXPORT");
      for (Line one : lines) {
        table.row(
            one.partition(),
            one.from(),
            one.to(),
            HumanFormat.bytes(one.bytes()),
            one.rows() == null ? "" : format.number(one.rows()),
            format.duration(one.age()),
            one.state(),
            format.text(one.export()));
      }
      return table;
    }

    private List<Line> partitions(Connection connection, TableName name) throws SQLException {
      PartitionCatalog.Found found = PartitionCatalog.read(connection, name::equals);
      if (found.problems().containsKey(name)) {
        throw new UserError(Exit.PROBLEMS, found.problems().get(name), "");
      }
      PartitionedTable parent =
          found.tables().stream()
              .findFirst()
              .orElseThrow(
                  () ->
                      new UserError(
                          Exit.PROBLEMS,
                          "there is no partitioned table " + name + " in database " + database,
                          "Check its name, or name its --database"));
      List<Long> oids =
          Stream.concat(
                  parent.partitions().stream().map(Partition::oid),
                  parent.defaultPart().stream().map(part -> part.oid()))
              .toList();
      Map<Long, Long> sizes = PartitionCatalog.sizes(connection, oids);
      Map<Long, Long> rows = rows(connection, oids);
      List<Line> lines = new ArrayList<>();
      for (Partition one : parent.partitions()) {
        lines.add(attached(parent, one, sizes, rows));
      }
      parent
          .defaultPart()
          .ifPresent(
              part ->
                  lines.add(
                      new Line(
                          part.name().toString(),
                          "",
                          "",
                          sizes.getOrDefault(part.oid(), 0L),
                          rows.get(part.oid()),
                          null,
                          "default",
                          null)));
      return lines;
    }

    private Line attached(
        PartitionedTable parent, Partition one, Map<Long, Long> sizes, Map<Long, Long> rows) {
      return new Line(
          one.name().toString(),
          one.bounds().lower(),
          one.bounds().upper(),
          sizes.getOrDefault(one.oid(), 0L),
          rows.get(one.oid()),
          age(parent, one),
          one.detachPending() ? "detaching" : "attached",
          null);
    }

    private Duration age(PartitionedTable parent, Partition one) {
      long end = one.bounds().to();
      if (!parent.type().isTime() || end == KeyType.MAX || end == KeyType.MIN) {
        return null;
      }
      Instant ended =
          parent.type() == KeyType.DATE
              ? Instant.EPOCH.plus(Duration.ofDays(end))
              : KeyType.local(end).toInstant(ZoneOffset.UTC);
      Instant now = session.terminal.clock().instant();
      return ended.isAfter(now) ? null : Duration.between(ended, now);
    }

    /** Estimates, sub-partitions added up; what was never analysed has none. */
    private static Map<Long, Long> rows(Connection connection, List<Long> oids)
        throws SQLException {
      String sql =
          """
          select o.oid, (select sum(c.reltuples)::int8 from pg_class c
                         where c.reltuples >= 0 and c.relkind <> 'p'
                           and (c.oid = o.oid or c.oid in (select relid from pg_partition_tree(o.oid::oid::regclass))))
          from unnest(?::int8[]) as o (oid)
          """;
      return Sql.map(
          connection,
          sql,
          row -> row.getLong(1),
          row -> row.getObject(2, Long.class),
          Sql.longs(oids));
    }

    private static Line gone(ExpiredLedger.Expired expired) {
      return new Line(
          expired.partition().toString(),
          expired.lower(),
          expired.upper(),
          expired.bytes(),
          expired.rows(),
          null,
          state(expired),
          expired.exportUri());
    }

    private static String state(ExpiredLedger.Expired expired) {
      if (expired.restored()) {
        return "restored";
      }
      boolean done = expired.done();
      return switch (expired.action()) {
        case "drop" -> done ? "dropped" : "being dropped";
        case "archive" -> (done ? "archived in " : "being archived in ") + expired.archiveSchema();
        default -> done ? "detached" : "being detached";
      };
    }
  }
}
