package io.sluice.pgtask.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.maintenance.statistics.BloatEstimate;
import io.sluice.pgtask.maintenance.statistics.BloatEstimator;
import io.sluice.pgtask.maintenance.statistics.ColumnStatistics;
import io.sluice.pgtask.maintenance.statistics.PgStatTuple;
import io.sluice.pgtask.maintenance.statistics.PlannerStatistics;
import io.sluice.pgtask.maintenance.statistics.PlannerStatistics.Index;
import io.sluice.pgtask.maintenance.statistics.TableInfo;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Estimates against what pgstattuple counts. */
class BloatTest {

  private static final double MARGIN = 0.06;

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  private static final class Sample implements AutoCloseable {
    private final TaskFixture fixture;
    private final Tables tables;
    private final BloatEstimator bloat;
    private final PgStatTuple counted;

    Sample(int major) throws SQLException {
      fixture = new TaskFixture(major);
      fixture.sql("create extension pgstattuple", "create schema t");
      tables = new Tables(fixture);
      bloat = new BloatEstimator(tables.server.page());
      counted = new PgStatTuple(tables.context, tables.server);
    }

    BloatEstimator.TableBloat estimate(String name) throws SQLException {
      TableInfo table = tables.one(name);
      List<ColumnStatistics> columns =
          new PlannerStatistics(tables.context).tables(List.of(table)).get(table.oid());
      return bloat.table(table, columns).orElseThrow();
    }

    void tableIsRight(String name) throws SQLException {
      BloatEstimator.TableBloat estimate = estimate(name);
      BloatEstimator.TableBloat counted = this.counted.table(tables.one(name), estimate);
      assertThat(counted.rows().exact()).isTrue();
      assertThat(estimate.rows().reclaimable())
          .as("%s: %s, %s", name, estimate, counted)
          .isCloseTo(counted.rows().reclaimable(), within(margin(counted.rows())));
    }

    void indexesAreRight(String name) throws SQLException {
      TableInfo table = tables.one(name);
      List<Index> indexes =
          new PlannerStatistics(tables.context).indexes(List.of(table)).get(table.oid());
      assertThat(indexes).isNotEmpty();
      for (Index index : indexes) {
        BloatEstimate estimate = bloat.index(table, index).orElseThrow();
        BloatEstimate counted = this.counted.index(index.facts(), estimate);
        assertThat(estimate.reclaimable())
            .as("%s: %s, %s", index.facts(), estimate, counted)
            .isCloseTo(counted.reclaimable(), within(margin(counted)));
      }
    }

    private long margin(BloatEstimate measured) {
      return tables.server.page() + (long) (MARGIN * measured.bytes());
    }

    @Override
    public void close() {
      fixture.close();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void agreesWithPgstattuple_whereNothingIsBloated(int major) throws SQLException {
    try (Sample sample = new Sample(major)) {
      sample.fixture.sql(
          "create table t.plain (a int not null, b bigint not null, c text not null, primary key (b))",
          "insert into t.plain select i, i, md5(i::text) from generate_series(1, 50000) i",
          "create index on t.plain (a, c)",
          "create index on t.plain ((a % 100))",
          "create table t.small (a int primary key)",
          "insert into t.small select generate_series(1, 300)",
          "create table t.loose (a int not null, b timestamptz not null, c double precision)"
              + " with (fillfactor = 70)",
          "insert into t.loose select i, now(), i from generate_series(1, 50000) i",
          "create index on t.loose (a) with (fillfactor = 60)",
          "vacuum analyze t.plain, t.small, t.loose");
      for (String table : List.of("t.plain", "t.loose")) {
        sample.tableIsRight(table);
        sample.indexesAreRight(table);
        assertThat(sample.estimate(table).rows().share()).isLessThan(MARGIN);
      }
      assertThat(sample.estimate("t.small").rows().reclaimable()).isLessThanOrEqualTo(8192);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void agreesWithPgstattuple_whereMuchIsDeleted(int major) throws SQLException {
    try (Sample sample = new Sample(major)) {
      sample.fixture.sql(
          "create table t.plain (a int not null, b bigint not null, c text not null, primary key (b))",
          "insert into t.plain select i, i, md5(i::text) from generate_series(1, 50000) i",
          "create index on t.plain (c, a)",
          "delete from t.plain where b % 4 <> 0",
          "create table t.nulls (a bigint, b text, c int, d text, e double precision, f timestamptz)",
          "insert into t.nulls select i, case when i % 10 = 0 then md5(i::text) end,"
              + " case when i % 5 = 0 then i end, null, case when i % 2 = 0 then i end, null"
              + " from generate_series(1, 60000) i",
          "create index on t.nulls (c)",
          "delete from t.nulls where a % 3 = 0",
          "vacuum analyze t.plain, t.nulls");
      sample.tableIsRight("t.plain");
      sample.indexesAreRight("t.plain");
      sample.tableIsRight("t.nulls");
      sample.indexesAreRight("t.nulls");
      assertThat(sample.estimate("t.plain").rows().share()).isGreaterThan(0.6);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void countsSharedKeysOnce_whereIndexesDeduplicate(int major) throws SQLException {
    try (Sample sample = new Sample(major)) {
      sample.fixture.sql(
          "create table t.keys (a int not null, b text not null, n numeric not null)",
          "insert into t.keys select i % 500, 'cell-' || i % 50, i % 500"
              + " from generate_series(1, 100000) i",
          "create index on t.keys (a)",
          "create index on t.keys (b)",
          "create index on t.keys (a, b)",
          "create index on t.keys (n)",
          "create index on t.keys (a) with (deduplicate_items = off)",
          "vacuum analyze t.keys");
      sample.indexesAreRight("t.keys");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void seesTheAirOfToast_whenLongValuesAreDeleted(int major) throws SQLException {
    try (Sample sample = new Sample(major)) {
      sample.fixture.sql(
          "create table t.long (a int primary key, b text not null)",
          "alter table t.long alter b set storage external",
          "insert into t.long select i, repeat(md5(i::text), 300) from generate_series(1, 1000) i",
          "vacuum analyze t.long");
      sample.tableIsRight("t.long");
      assertThat(sample.estimate("t.long").toast().share()).isLessThan(0.15);

      sample.fixture.sql("delete from t.long where a % 5 <> 0", "vacuum analyze t.long");
      sample.tableIsRight("t.long");
      assertThat(sample.estimate("t.long").toast().share()).isBetween(0.65, 0.9);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void saysNothing_whereStatisticsAreMissing(int major) throws SQLException {
    try (Sample sample = new Sample(major)) {
      sample.fixture.sql(
          "create table t.fresh (a int primary key, b text) with (autovacuum_enabled = off)",
          "insert into t.fresh select i, md5(i::text) from generate_series(1, 5000) i",
          "delete from t.fresh where a % 2 = 0");
      TableInfo table = sample.tables.one("t.fresh");
      PlannerStatistics statistics = new PlannerStatistics(sample.tables.context);
      List<ColumnStatistics> columns = statistics.tables(List.of(table)).get(table.oid());
      assertThat(sample.bloat.table(table, columns)).isEmpty();
      for (Index index : statistics.indexes(List.of(table)).get(table.oid())) {
        assertThat(sample.bloat.index(table, index)).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void countsDroppedColumnsAsNothing_whereRowsCameAfterThem(int major) throws SQLException {
    try (Sample sample = new Sample(major)) {
      sample.fixture.sql(
          "create table t.gone (a int not null, b text, c bigint not null)",
          "alter table t.gone drop column b",
          "insert into t.gone select i, i from generate_series(1, 50000) i",
          "vacuum analyze t.gone");
      sample.tableIsRight("t.gone");
    }
  }
}
