package io.sluice.core.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.chunk.PgType;
import io.sluice.core.fate.ParkTarget;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedParser;
import io.sluice.core.ledger.LedgerSchema;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.testkit.EmbeddedDatabase;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CatalogTest {

  private final EmbeddedDatabase.Database database =
      EmbeddedDatabase.shared().createDatabase("ledger", LedgerSchema::migrate);
  private final Transactions transactions = new Transactions(database.dataSource());
  private final Catalog catalog = new Catalog(transactions);

  private static Feed feed(String limits) {
    String yaml =
        """
        feed: nr-pm
        source:
          directory: {path: "/pm/*.xml"}
        format: {3gpp-pm: {}}
        target:
          table: pm.{measInfoId}
          time: end_time
          key: [end_time, granularity, element, object]
          mode: merge
          limits: %s
        """
            .formatted(limits);
    return FeedParser.parse("nr-pm.yaml", yaml).feed().orElseThrow();
  }

  private static Feed feed() {
    return feed("{}");
  }

  private static List<ColumnKey> values(String... counters) {
    return java.util.Arrays.stream(counters).map(c -> ColumnKey.of(c, ValueKind.VALUE)).toList();
  }

  private void anotherDay() throws Exception {
    try (var connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("update sluice.target set created_at = created_at - interval '2 days'");
      statement.execute("update sluice.counter set created_at = created_at - interval '2 days'");
    }
  }

  @Test
  void givesTheSameAnswer_toEveryReplica() {
    Target target = catalog.target(feed(), "NRCellDU");
    List<TargetColumn> columns = catalog.columns(feed(), target, values("pmB", "pmA"));
    Catalog other = new Catalog(transactions);
    assertThat(other.target(feed(), "NRCellDU")).isEqualTo(target);
    assertThat(other.columns(feed(), target, values("pmB", "pmA"))).isEqualTo(columns);
    assertThat(columns).extracting(TargetColumn::column).containsExactly("pmb", "pma");
    assertThat(target.schema() + "." + target.name()).isEqualTo("pm.nrcelldu");
  }

  @Test
  void keepsCsvNames_thatOnlyTablesOfCountersNeed() {
    String yaml =
        """
        feed: csv
        source:
          directory: {path: "/csv/*.csv"}
        format: {csv: {}}
        target: {table: my.rows, time: end_time, key: [end_time, element], mode: merge}
        """;
    Feed csv = FeedParser.parse("csv.yaml", yaml).feed().orElseThrow();
    String[] names = {"end_time", "element", "object", "counter", "value", "granularity"};
    assertThat(catalog.columns(csv, catalog.target(csv, ""), values(names)))
        .extracting(TargetColumn::column)
        .containsExactly(names);
    assertThat(catalog.columns(feed(), catalog.target(feed(), "g"), values(names)))
        .extracting(TargetColumn::column)
        .doesNotContain(names);
  }

  @Test
  void keepsApart_groupsAndCountersThatNormaliseToOneName() {
    Target first = catalog.target(feed(), "PM=1,X");
    Target second = catalog.target(feed(), "PM_1_X");
    assertThat(first.name()).isNotEqualTo(second.name());
    String prefix = "counter".repeat(20);
    List<TargetColumn> columns =
        catalog.columns(
            feed(),
            first,
            values("a.b", "a_b", "A b", prefix + 1, prefix + 2, "select", "naïve;\"'"));
    assertThat(columns).extracting(TargetColumn::column).doesNotHaveDuplicates();
  }

  @Test
  void addsASiblingColumn_whenTheKindIsAnother() {
    Target target = catalog.target(feed(), "g");
    List<ColumnKey> keys =
        java.util.Arrays.stream(ValueKind.values()).map(k -> ColumnKey.of("pmX", k)).toList();
    List<TargetColumn> columns = catalog.columns(feed(), target, keys);
    assertThat(columns)
        .extracting(TargetColumn::column)
        .containsExactly("pmx", "pmx__numeric", "pmx__vector", "pmx__vector_numeric");
    assertThat(columns)
        .extracting(TargetColumn::table)
        .containsExactly("g", "g", "g_vector", "g_vector");
  }

  @Test
  void cutsTheTarget_whenATypeHas1967Counters() {
    Target target = catalog.target(feed(), "big");
    String[] counters = IntStream.range(0, 1967).mapToObj(i -> "c" + i).toArray(String[]::new);
    Map<String, Long> byTable =
        catalog.columns(feed(), target, values(counters)).stream()
            .collect(Collectors.groupingBy(TargetColumn::table, Collectors.counting()));
    assertThat(byTable.keySet()).containsExactlyInAnyOrder("big", "big_2", "big_3");
    assertThat(byTable.values()).allMatch(n -> 80 + n * 8 <= TableParts.ROW_BYTES);
  }

  @Test
  void parks_whenAFeedInventsAGroupEveryPeriod() throws Exception {
    Feed feed = feed("{tables: 3, columns: 5, firstDayTables: 4}");
    IntStream.range(0, 4).forEach(i -> catalog.target(feed, "g" + i));
    assertThatThrownBy(() -> catalog.target(feed, "g4"))
        .isInstanceOfSatisfying(
            ParkTarget.class, e -> assertThat(e.reason()).isEqualTo("schema_limit"))
        .hasMessageContaining("sluice schema approve nr-pm --tables 1");
    anotherDay();
    IntStream.range(0, 3).forEach(i -> catalog.target(feed, "h" + i));
    assertThatThrownBy(() -> catalog.target(feed, "h3")).isInstanceOf(ParkTarget.class);
    transactions.ledger(
        c ->
            c.createStatement()
                .execute(
                    "insert into sluice.schema_approval values ('nr-pm', (now() at time zone 'UTC')::date, 1, 0)"));
    assertThat(catalog.target(feed, "h3").name()).isEqualTo("h3");
  }

  @Test
  void parks_whenAnOldTableGetsTooManyColumns() throws Exception {
    Feed feed = feed("{columns: 5}");
    Target target = catalog.target(feed, "g");
    catalog.columns(feed, target, values("a", "b", "c", "d", "e", "f", "g", "h"));
    anotherDay();
    catalog.columns(feed, target, values("1", "2", "3", "4", "5"));
    assertThatThrownBy(() -> catalog.columns(feed, target, values("6")))
        .isInstanceOf(ParkTarget.class)
        .hasMessageContaining("--columns 1");
  }

  @Test
  void decidesOnce_whenReplicasRegisterTheSame() {
    List<ColumnKey> keys = values("x", "y", "z");
    List<List<TargetColumn>> answers =
        IntStream.range(0, 6)
            .parallel()
            .mapToObj(
                i -> {
                  Catalog replica = new Catalog(transactions);
                  return replica.columns(feed(), replica.target(feed(), "g"), keys);
                })
            .toList();
    assertThat(answers).containsOnly(answers.get(0));
  }

  private static final String CSV =
      """
      feed: %s
      source:
        directory: {path: "/csv/*.csv"}
      format: {csv: {columns: {a: timestamptz, b: timestamptz, c: %s}}}
      target: {table: my.rows, %s}
      """;

  private static Feed csv(String name, String target) {
    return FeedParser.parse("csv.yaml", CSV.formatted(name, "text", target)).feed().orElseThrow();
  }

  private List<String> registered() {
    return transactions.ledger(
        c ->
            Sql.strings(
                c,
                "select concat_ws(' ', feed, layout, mode, time_column, key_columns) from sluice.target"));
  }

  @Test
  void takesTheTimeThatIsCorrected_whenNoTableWasMade() {
    Feed wrong = csv("f", "time: a");
    catalog.columns(wrong, catalog.target(wrong, ""), values("a", "b"));
    Feed right = csv("f", "time: b, key: [c, b], mode: merge");
    Target target = catalog.target(right, "");
    assertThat(registered()).containsExactly("f rows merge b {c,b}");
    assertThat(catalog.allColumns(target)).as("nothing of the first try is left").isEmpty();
    assertThat(new Catalog(transactions).target(right, "")).isEqualTo(target);
  }

  @Test
  void servesFeedsThatDeclareTheSame_andRefusesTheOneThatDoesNot() {
    Target target = catalog.target(csv("first", "time: a"), "");
    assertThat(catalog.target(csv("second", "time: a"), "")).isEqualTo(target);
    assertThatThrownBy(() -> catalog.target(csv("third", "time: b"), ""))
        .isInstanceOfSatisfying(
            ParkTarget.class, e -> assertThat(e.reason()).isEqualTo("target_changed"))
        .hasMessageContaining("my.rows of feed first")
        .hasMessageContaining("feed third declares")
        .hasMessageContaining("declare both alike or name another table");
    assertThat(registered()).containsExactly("first rows append a {}");
  }

  @Test
  void takesTheTypeThatIsCorrected_whenNoTableWasMade() {
    Feed right = csv("f", "time: a");
    Feed wrong =
        FeedParser.parse("csv.yaml", CSV.formatted("f", "bigint", "time: a")).feed().orElseThrow();
    catalog.columns(
        wrong,
        catalog.target(wrong, ""),
        List.of(new ColumnKey("c", ValueKind.VALUE, PgType.INT8)));
    Target target = catalog.target(right, "");
    assertThat(
            catalog.columns(
                right, target, List.of(new ColumnKey("c", ValueKind.VALUE, PgType.TEXT))))
        .extracting(TargetColumn::type)
        .containsExactly(PgType.TEXT);
    assertThat(new Catalog(transactions).target(right, "")).isEqualTo(target);
  }
}
