package io.sluice.pgtask.copyswap;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.copyswap.ConcurrentLoad.Place;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.Epoch;
import io.sluice.testkit.EmbeddedDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tables of many shapes become partitioned while a crowd writes to them and counts them. */
class BusyConversionTest {

  private static final int ROWS = 12_000;

  /** A shape of table. */
  record Variant(String name, String column, boolean epoch, Place place, List<String> ddl) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Variant variant(String name, String columns, String... after) {
    Place place = new Place("app.t", "app.shadow", "key", "name", "at", false);
    List<String> ddl = new ArrayList<>();
    ddl.add("create table app.t (" + columns + ")");
    ddl.addAll(List.of(after));
    return new Variant(name, "at", false, place, ddl);
  }

  private static List<Variant> variants() {
    return List.of(
        variant("keyed", "key bigint primary key, name text, at timestamptz not null, note text"),
        variant(
            "unique index with NULLs allowed elsewhere",
            "name text, key bigint not null, gone int, at timestamptz not null, note text, other text unique",
            "alter table app.t drop column gone",
            "create unique index on app.t (key)"),
        variant(
            "generated, identity, wide",
            "key bigint primary key, double bigint generated always as (key * 2) stored, seq bigint generated always as identity, name text, at timestamptz not null, note text, wide text default repeat(md5(random()::text), 100)",
            "alter table app.t alter column wide set storage external"),
        new Variant(
            "quoted names, composite key",
            "wh\"en",
            false,
            new Place(
                "app.\"The 'T\"", "app.shadow", "\"Key %\"", "\"na me\"", "\"wh\"\"en\"", false),
            List.of(
                "create table app.\"The 'T\" (\"Key %\" bigint, \"na me\" text, \"wh\"\"en\" timestamptz not null, note text, kind int default 1, primary key (kind, \"Key %\"))")),
        new Variant(
            "epoch",
            "at",
            true,
            new Place("app.t", "app.shadow", "key", "name", "at", true),
            List.of(
                "create table app.t (key bigint primary key, name text, at bigint not null, note text)")));
  }

  static Stream<Arguments> all() {
    return EmbeddedDatabase.versions().stream()
        .flatMap(version -> variants().stream().map(v -> Arguments.of(version, v)));
  }

  @ParameterizedTest
  @MethodSource("all")
  void losesNothingAndShowsNothingThatNeverWas(int major, Variant variant) throws Exception {
    Place place = variant.place();
    try (TaskFixture db = new TaskFixture(major).with(ConvertSpec.class, new Conversion())) {
      db.sql("create schema app");
      db.sql(variant.ddl().toArray(String[]::new));
      db.sql(
          "create table app.shadow as select %s from %s".formatted(place.columns(), place.table()),
          "create index on app.shadow (%s)".formatted(place.key()),
          "insert into %s (%s) select g, 'old', %s, null from generate_series(1, %d) g"
              .formatted(
                  place.table(),
                  place.columns(),
                  place.at(0, 0).replace("+ 0 *", "+ g * 60 *"),
                  ROWS),
          "insert into app.shadow select %s from %s".formatted(place.columns(), place.table()));
      ConcurrentLoad load = new ConcurrentLoad(db.database.dataSource(), place, ROWS + 1);
      RunResult result;
      try (load) {
        load.start();
        result =
            db.run(
                TaskFixture.task(
                    "convert",
                    ConversionTest.spec(
                        place.table().replace("\"", ""),
                        variant.column(),
                        variant.epoch() ? Optional.of(Epoch.MILLISECONDS) : Optional.empty(),
                        false,
                        false)));
      }
      assertThat(result.problems()).isEmpty();
      assertThat(
              db.texts(
                  "select relkind from pg_class where oid = '%s'::regclass"
                      .formatted(place.table().replace("'", "''"))))
          .containsExactly("p");
      assertThat(db.texts(load.differences())).isEmpty();
      assertThat(result.values().get("changesCaughtUp")).isPositive();
      assertThat(ConversionTest.leftovers(db)).isEmpty();
    }
  }
}
