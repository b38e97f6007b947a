package io.sluice.pgtask.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pgtask.catalog.TableName;
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
class ReorderPlanTest {

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

  private static Order order(Optional<String> index, boolean identified) {
    return new Order("\"a\"", OptionalDouble.empty(), index, identified);
  }

  private static Job job(int major, Order order) {
    return ReorderPlan.job(major, TABLE, order, "40 % bloat");
  }

  @Test
  void repacks_whereTheServerCan() {
    Order byIndex = order(Optional.of("Cold key"), true);
    for (int major : new int[] {19, 20}) {
      assertThat(((StepJob) job(major, byIndex)).step().sql())
          .containsExactly(
              "repack (analyze, concurrently) \"pm\".\"Cold one\" using index \"Cold key\"");
    }
  }

  @Test
  void copies_whereTheServerCannot() {
    Job copy = new CopySwapJob("40 % bloat", "\"a\"");
    assertThat(job(18, order(Optional.of("Cold key"), true))).isEqualTo(copy);
    assertThat(job(19, order(Optional.empty(), true))).as("an order of columns").isEqualTo(copy);
    assertThat(job(19, order(Optional.of("Cold key"), false))).as("no identity").isEqualTo(copy);
  }
}
