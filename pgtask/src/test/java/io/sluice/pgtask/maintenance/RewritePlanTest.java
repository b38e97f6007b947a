package io.sluice.pgtask.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.copyswap.RewriteOptions;
import io.sluice.pgtask.maintenance.SortOrders.Order;
import io.sluice.pgtask.maintenance.statistics.TableInfo;
import io.sluice.pgtask.maintenance.statistics.TableInfo.Ages;
import io.sluice.pgtask.maintenance.statistics.TableInfo.Rows;
import io.sluice.pgtask.maintenance.statistics.TableInfo.Size;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** How a table is rewritten; PostgreSQL 19 itself is not among the servers of the tests. */
class RewritePlanTest {

  private static final TableInfo TABLE =
      new TableInfo(
          1,
          new TableName("pm", "Cold one"),
          'r',
          List.of(),
          Optional.empty(),
          true,
          true,
          "pm",
          "",
          100,
          1,
          new Size(1, 1, 1, 1, 1, 1),
          new Rows(1, 1, 0, 0, 0, Optional.empty(), Optional.empty(), Optional.empty(), false),
          new Ages(1, 1, 2, 2));

  private static final RewriteOptions IN_PLACE =
      new RewriteOptions(Optional.empty(), Optional.empty(), 1);

  private static Optional<Order> order(String index) {
    return Optional.of(new Order("\"a\"", OptionalDouble.empty(), Optional.ofNullable(index)));
  }

  private static Job job(
      int major, Optional<Order> order, boolean identified, RewriteOptions options) {
    return RewritePlan.job(major, TABLE, order, identified, options, "40 % bloat");
  }

  @Test
  void repacks_whereTheServerCan() {
    for (int major : new int[] {19, 20}) {
      assertThat(((StepJob) job(major, order("Cold key"), true, IN_PLACE)).step().sql())
          .containsExactly(
              "repack (analyze, concurrently) \"pm\".\"Cold one\" using index \"Cold key\"");
      assertThat(((StepJob) job(major, Optional.empty(), true, IN_PLACE)).step().sql())
          .containsExactly("repack (analyze, concurrently) \"pm\".\"Cold one\"");
    }
  }

  @Test
  void copies_whereTheServerCannot() {
    Job copy = new CopySwapJob("40 % bloat", IN_PLACE);
    assertThat(job(18, order("Cold key"), true, IN_PLACE)).isEqualTo(copy);
    assertThat(job(19, order(null), true, IN_PLACE)).as("an order of columns").isEqualTo(copy);
    assertThat(job(19, order("Cold key"), false, IN_PLACE)).as("no identity").isEqualTo(copy);
    RewriteOptions elsewhere = new RewriteOptions(Optional.empty(), Optional.of("fast"), 1);
    assertThat(job(19, Optional.empty(), true, elsewhere))
        .as("another tablespace")
        .isEqualTo(new CopySwapJob("40 % bloat", elsewhere));
  }
}
