package io.sluice.pgtask.maintenance;

import io.sluice.pgtask.copyswap.RewriteOptions;
import io.sluice.pgtask.maintenance.SortOrders.Order;
import io.sluice.pgtask.maintenance.statistics.BloatEstimate;
import io.sluice.pgtask.maintenance.statistics.TableInfo;
import io.sluice.pgtask.task.HumanFormat;
import io.sluice.pgtask.task.MaintenanceSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * When a table is rewritten, and how: what {@code reorder} says of tables that nobody writes to any
 * more, or {@code rewrite} of all.
 *
 * @param orderSetting where its order is declared, for messages
 * @param cold whether only tables count that are not written to
 * @param ordered whether rows are written in an order
 * @param order name of an index, or columns
 * @param bloat share from which it is due, 0 to 1
 * @param correlation of the first column of the order, below which it is due, 0 to 1
 * @param moves whether it is due too if it lies elsewhere than in the tablespace
 * @param tablespace into which it is written
 * @param minBytes smaller tables are left alone
 */
record RewriteRule(
    String orderSetting,
    boolean cold,
    boolean ordered,
    Optional<String> order,
    OptionalDouble bloat,
    OptionalDouble correlation,
    boolean moves,
    Optional<String> tablespace,
    long minBytes) {

  /** Of a table read in one transaction, where its order does not matter. */
  private static final long BATCH = 64L << 20;

  /** What is known of a table. */
  record Findings(BloatEstimate bloat, Optional<Order> order, boolean misplaced) {}

  /** The first that has something against a table applies. */
  static List<RewriteRule> of(MaintenanceSpec spec) {
    List<RewriteRule> rules = new ArrayList<>();
    Optional<String> tablespace = spec.rewrite().flatMap(MaintenanceSpec.Rewrite::tablespace);
    spec.reorder()
        .ifPresent(
            r ->
                rules.add(
                    new RewriteRule(
                        "reorder: index",
                        true,
                        true,
                        r.index(),
                        r.bloat(),
                        r.correlation(),
                        false,
                        tablespace,
                        r.minBytes())));
    spec.rewrite()
        .ifPresent(
            r ->
                rules.add(
                    new RewriteRule(
                        "rewrite: orderBy",
                        false,
                        r.orderBy().isPresent(),
                        r.orderBy(),
                        r.bloat(),
                        OptionalDouble.empty(),
                        tablespace.isPresent(),
                        tablespace,
                        r.minBytes())));
    return rules;
  }

  /** Whether it needs statistics. */
  boolean judges() {
    return bloat.isPresent() || correlation.isPresent();
  }

  boolean isLargeEnough(TableInfo table) {
    return table.size().heap() + table.size().toast() >= minBytes;
  }

  boolean isDue(Findings found) {
    return isBloated(found.bloat()) || isOutOfOrder(found.order()) || isMisplaced(found);
  }

  /** Whether the estimate decides, so that it is worth being measured. */
  boolean isDueForBloatOnly(Findings found) {
    return isBloated(found.bloat()) && !isOutOfOrder(found.order()) && !isMisplaced(found);
  }

  private boolean isBloated(BloatEstimate measured) {
    return bloat.isPresent() && measured.bytes() > 0 && measured.share() >= bloat.getAsDouble();
  }

  private boolean isOutOfOrder(Optional<Order> lie) {
    return correlation.isPresent()
        && lie.isPresent()
        && lie.get().correlation().isPresent()
        && Math.abs(lie.get().correlation().getAsDouble()) < correlation.getAsDouble();
  }

  boolean isMisplaced(Findings found) {
    return moves && found.misplaced();
  }

  /** For people. */
  String why(Findings found) {
    List<String> reasons = new ArrayList<>();
    if (found.bloat().bytes() > 0) {
      reasons.add(found.bloat().description());
    }
    if (isOutOfOrder(found.order())) {
      reasons.add(
          "the correlation with its physical order is %s"
              .formatted(
                  HumanFormat.percent(
                      Math.abs(found.order().orElseThrow().correlation().getAsDouble()))));
    }
    if (isMisplaced(found)) {
      reasons.add("not all of it lies in tablespace " + tablespace.orElseThrow());
    }
    return String.join(", and ", reasons);
  }

  /**
   * @param by if it is {@link #ordered}
   */
  RewriteOptions options(Optional<Order> by) {
    return new RewriteOptions(
        by.map(Order::sql), tablespace, by.isPresent() ? Long.MAX_VALUE : BATCH);
  }
}
