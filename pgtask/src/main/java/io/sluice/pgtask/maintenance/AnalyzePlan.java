package io.sluice.pgtask.maintenance;

import io.sluice.pgtask.maintenance.statistics.ServerInfo;
import io.sluice.pgtask.maintenance.statistics.TableInfo;
import io.sluice.pgtask.run.SqlStep;
import io.sluice.pgtask.task.HumanFormat;
import io.sluice.pgtask.task.MaintenanceSpec.Analyze;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Tables whose statistics are missing or old. Partitioned tables have statistics of their own over
 * all rows, which autovacuum never makes; making them analyses the partitions too, up to PostgreSQL
 * 17. ANALYZE takes SHARE UPDATE EXCLUSIVE. See
 * https://www.postgresql.org/docs/current/sql-analyze.html
 */
final class AnalyzePlan {

  /** Below this share of changed rows statistics are good enough to judge bloat by. */
  static final double FRESH = 0.2;

  /** ANALYZE of a parent stamps its partitions later than itself, by the time it takes. */
  private static final Duration ONE_ANALYZE = Duration.ofMinutes(10);

  private static final Duration DAY = Duration.ofDays(1);

  private final ServerInfo server;
  private final Instant now;

  AnalyzePlan(ServerInfo server, Instant now) {
    this.server = server;
    this.now = now;
  }

  /** Parents first: what they analyse on their way is not analysed again. */
  List<WorkItem> due(List<TableInfo> tables, Analyze spec) {
    List<WorkItem> items = new ArrayList<>();
    Set<String> covered = new HashSet<>();
    Map<String, List<TableInfo>> leaves = leaves(tables);
    for (TableInfo parent :
        tables.stream().filter(TableInfo::partitioned).sorted(topFirst()).toList()) {
      List<TableInfo> parts = leaves.getOrDefault(parent.name().toString(), List.of());
      if (!covered.contains(parent.name().toString())) {
        parentReason(parent, parts, spec)
            .ifPresent(why -> items.add(parent(parent, parts, why, covered)));
      }
    }
    tables.stream()
        .filter(t -> !t.partitioned() && !covered.contains(t.name().toString()))
        .forEach(t -> reason(t, spec.changed()).ifPresent(why -> items.add(item(t, why))));
    return items;
  }

  private static Comparator<TableInfo> topFirst() {
    return Comparator.comparingInt((TableInfo t) -> t.parents().size())
        .thenComparing(TableInfo::name);
  }

  private static Map<String, List<TableInfo>> leaves(List<TableInfo> tables) {
    Map<String, List<TableInfo>> leaves = new HashMap<>();
    tables.stream()
        .filter(t -> !t.partitioned())
        .forEach(
            t ->
                t.parents()
                    .forEach(
                        p -> leaves.computeIfAbsent(p.toString(), n -> new ArrayList<>()).add(t)));
    return leaves;
  }

  /** Tables that cannot be judged without it, though analysing them was not asked for. */
  List<WorkItem> toJudge(List<TableInfo> tables) {
    return tables.stream()
        .filter(t -> !t.partitioned())
        .flatMap(t -> reason(t, FRESH).map(why -> item(t, why)).stream())
        .toList();
  }

  private static Optional<String> reason(TableInfo table, double share) {
    if (table.size().heap() == 0) {
      return Optional.empty();
    }
    if (table.rows().counted() < 0) {
      return Optional.of("it was never analysed");
    }
    double changed = changedShare(table);
    boolean never = table.rows().analyzed().isEmpty() && table.rows().changed() > 0;
    if (never && changed >= Math.min(share, 0.01)) {
      return Optional.of("it was never analysed");
    }
    return table.rows().changed() > 0 && changed >= share
        ? Optional.of(
            "%s of its rows have changed since the last time"
                .formatted(HumanFormat.percent(changed)))
        : Optional.empty();
  }

  static double changedShare(TableInfo table) {
    return (double) table.rows().changed() / Math.max(1, table.rows().counted());
  }

  private Optional<String> parentReason(TableInfo parent, List<TableInfo> parts, Analyze spec) {
    double rows = parts.stream().mapToDouble(AnalyzePlan::rows).sum();
    if (rows == 0) {
      return Optional.empty();
    }
    if (parent.rows().analyzed().isEmpty()) {
      return Optional.of(
          "it was never analysed, and autovacuum does not analyse partitioned tables");
    }
    Instant last = parent.rows().analyzed().get();
    double changed = parts.stream().mapToDouble(part -> changedSince(part, last)).sum() / rows;
    boolean old = last.plus(DAY).isBefore(now) && changed > 0;
    return changed >= spec.changed() || old
        ? Optional.of(
            "%s of the rows of its partitions have changed since %s"
                .formatted(HumanFormat.percent(changed), last.truncatedTo(ChronoUnit.SECONDS)))
        : Optional.empty();
  }

  private static double rows(TableInfo table) {
    return Math.max(0, Math.max(table.rows().counted(), (double) table.rows().live()));
  }

  /** Autovacuum analysed a partition because much of it changed; how much is forgotten. */
  private static double changedSince(TableInfo part, Instant last) {
    boolean anew =
        part.rows().autoAnalyzed().filter(last::isBefore).isPresent()
            || part.rows().analyzed().filter(last.plus(ONE_ANALYZE)::isBefore).isPresent();
    return anew ? rows(part) : Math.min((double) part.rows().changed(), Math.max(rows(part), 1));
  }

  private WorkItem parent(
      TableInfo parent, List<TableInfo> parts, String why, Set<String> covered) {
    boolean only = server.major() >= 18;
    if (!only) {
      covered.addAll(parts.stream().map(p -> p.name().toString()).collect(Collectors.toSet()));
    }
    long sampled = parts.stream().mapToLong(this::sampled).sum();
    long work = only ? Math.min(sampled, server.sampledPages() * server.page()) : 2 * sampled;
    return item(parent, why, work, "analyze " + (only ? "only " : "") + parent.name().sql());
  }

  private WorkItem item(TableInfo table, String why) {
    return item(table, why, sampled(table), "analyze " + table.name().sql());
  }

  private static WorkItem item(TableInfo table, String why, long work, String sql) {
    return new WorkItem(
        Throughput.Operation.ANALYZE,
        table,
        "analysing " + table.name(),
        0,
        work,
        0,
        new StepJob(SqlStep.autocommit("Analyze %s: %s".formatted(table.name(), why), sql)));
  }

  private long sampled(TableInfo table) {
    return Math.min(table.size().heap(), server.sampledPages() * server.page());
  }
}
