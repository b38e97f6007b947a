package io.sluice.pgtask.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.catalog.WorkingTables;
import io.sluice.pgtask.copyswap.CopySwap;
import io.sluice.pgtask.copyswap.RewriteOptions;
import io.sluice.pgtask.copyswap.UnfinishedConversion;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.task.MaintenanceSpec;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WorkingTablesTest {

  @ParameterizedTest
  @MethodSource("io.sluice.testkit.EmbeddedDatabase#versions")
  void tendsNothing_thatAConversionIsMaking(int major) throws SQLException {
    try (TaskFixture db = new TaskFixture(major)) {
      db.sql("create table mine__sluice_copy (x int)");
      UnfinishedConversion.leave(db);
      assertThat(new Tables(db).find("app.*", "public.*"))
          .extracting(table -> table.name().toString())
          .containsExactly("app.t", "public.mine__sluice_copy");
      db.sql("drop table mine__sluice_copy");
      UnfinishedConversion.complete(db);
    }
  }

  @ParameterizedTest
  @MethodSource("io.sluice.testkit.EmbeddedDatabase#versions")
  void rewritesNoWorkingTable(int major) throws SQLException {
    TableName table = new TableName("app", "t");
    try (TaskFixture db =
        new TaskFixture(major)
            .with(
                MaintenanceSpec.class,
                (spec, run) ->
                    CopySwap.rewrite(
                        run,
                        table,
                        new RewriteOptions(Optional.of("key"), Optional.empty(), 8192)))) {
      db.sql(
          "create schema app",
          "create table app.t (key int primary key)",
          WorkingTables.mark(table, new TableName("app", "other")));
      MaintenanceSpec spec =
          new MaintenanceSpec(
              List.of(),
              List.of(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty());
      RunResult result = db.run(TaskFixture.task("reorder", spec));
      assertThat(result.problems())
          .singleElement()
          .asString()
          .contains("app.t is a table that Sluice made");
    }
  }
}
