package io.sluice.core.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SqlTest {

  private static final Instant TIME = Instant.parse("2026-03-10T10:00:00.123456Z");

  private static Connection connection;

  @BeforeAll
  static void connect() throws SQLException {
    connection = EmbeddedDatabase.shared().createDatabase().dataSource().getConnection();
    Sql.execute(connection, "create table t (id bigint primary key, name text)");
    Sql.execute(connection, "set timezone = 'Asia/Tokyo'");
  }

  @AfterAll
  static void disconnect() throws SQLException {
    connection.close();
  }

  private static String text(String sql, Object... values) throws SQLException {
    return Sql.one(connection, sql, row -> row.getString(1), values);
  }

  @Test
  void list_readsEveryRowInOrder() throws SQLException {
    String sql = "select n from generate_series(1, ?) n order by n desc";
    assertThat(Sql.list(connection, sql, row -> row.getInt(1), 3)).containsExactly(3, 2, 1);
    assertThat(Sql.list(connection, sql, row -> row.getInt(1), 0)).isEmpty();
  }

  @Test
  void map_keepsTheOrderOfRows() throws SQLException {
    String sql = "select 'k' || n, n from generate_series(1, 3) n order by n desc";
    assertThat(Sql.map(connection, sql, row -> row.getString(1), row -> row.getInt(2)))
        .hasToString("{k3=3, k2=2, k1=1}");
  }

  @Test
  void first_isEmpty_whenThereIsNoRowOrItsValueIsNull() throws SQLException {
    String sql = "select n::text from generate_series(1, ?) n";
    assertThat(Sql.first(connection, sql, row -> row.getString(1), 2)).contains("1");
    assertThat(Sql.first(connection, sql, row -> row.getString(1), 0)).isEmpty();
    assertThat(Sql.first(connection, "select null::text", row -> row.getString(1))).isEmpty();
  }

  @Test
  void one_failsWithItsSql_whenThereIsNoRow() throws SQLException {
    assertThat(text("select max(n)::text from generate_series(1, 0) n")).isNull();
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> text("select 1 where false"))
        .withMessageContaining("select 1 where false")
        .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("02000"));
  }

  @Test
  void readsSingleValues_withNullAsNothing() throws SQLException {
    assertThat(Sql.strings(connection, "values (1), (null) order by 1")).containsExactly("1", null);
    assertThat(Sql.number(connection, "select count(*) from generate_series(1, ?)", 3))
        .isEqualTo(3);
    assertThat(Sql.number(connection, "select null::bigint")).isZero();
    assertThat(Sql.isTrue(connection, "select ? > 1", 2)).isTrue();
    assertThat(Sql.isTrue(connection, "select null::boolean")).isFalse();
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> Sql.isTrue(connection, "select true where false"));
  }

  @Test
  void exists_looksForARow() throws SQLException {
    assertThat(Sql.exists(connection, "select null where ? = 1", 1)).isTrue();
    assertThat(Sql.exists(connection, "select null where ? = 1", 2)).isFalse();
  }

  @Test
  void update_countsRows() throws SQLException {
    assertThat(Sql.update(connection, "insert into t values (?, ?), (?, ?)", 1, "a", 2, null))
        .isEqualTo(2);
    assertThat(Sql.update(connection, "update t set name = ? where name is null", "b"))
        .isEqualTo(1);
    assertThat(Sql.update(connection, "delete from t")).isEqualTo(2);
  }

  @Test
  void execute_runsStatementsInTheirOrder() throws SQLException {
    Sql.execute(connection, "create temp table made (n int); insert into made values (1)");
    Sql.execute(connection, List.of("update made set n = 5", "update made set n = n * 2"));
    assertThat(text("select n from made")).isEqualTo("10");
  }

  @Test
  void execute_takesAQuestionMarkAsItIs() throws SQLException {
    Sql.execute(connection, "create temp table marks as select '{\"a\": 1}'::jsonb ? 'a' as there");
    assertThat(text("select there from marks")).isEqualTo("t");
  }

  @Test
  void prepare_closesTheStatement_whenAValueCannotBeBound() {
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> Sql.prepare(connection, "select ?", new Object()));
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> Sql.prepare(connection, "select ?", 1, 2));
  }

  @Test
  void prepare_bindsForRowsThatAreStreamed() throws SQLException {
    try (PreparedStatement query =
            Sql.prepare(connection, "select n from generate_series(1, ?) n", 2);
        ResultSet rows = query.executeQuery()) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt("n")).isEqualTo(1);
    }
  }

  @Test
  void bindsPlainValues() throws SQLException {
    assertThat(
            text(
                "select concat_ws('|', ?::bigint, ?::int, ?::text, ?::boolean, ?::float8, ?::date)",
                Long.MAX_VALUE,
                7,
                "it's \\ ?",
                true,
                0.5,
                LocalDate.of(2026, 3, 10)))
        .isEqualTo("9223372036854775807|7|it's \\ ?|t|0.5|2026-03-10");
    UUID uuid = UUID.randomUUID();
    assertThat(text("select ?", uuid)).isEqualTo(uuid.toString());
  }

  @Test
  void bindsAnInstantAsTimestamptz() throws SQLException {
    assertThat(text("select pg_typeof(?)", TIME)).isEqualTo("timestamp with time zone");
    assertThat(text("select ? = timestamptz '2026-03-10 10:00:00.123456+00'", TIME)).isEqualTo("t");
  }

  @Test
  void bindsADurationAsSeconds() throws SQLException {
    assertThat(text("select make_interval(secs => ?)", Duration.ofMillis(90_250)))
        .isEqualTo("00:01:30.25");
  }

  @Test
  void bindsAnOptionalAsItsValueOrNull() throws SQLException {
    String sql = "select coalesce(to_char(?::timestamptz at time zone 'UTC', 'HH24:MI'), 'none')";
    assertThat(text(sql, Optional.of(TIME))).isEqualTo("10:00");
    assertThat(text(sql, Optional.empty())).isEqualTo("none");
    assertThat(text(sql, (Object) null)).isEqualTo("none");
  }

  @Test
  void bindsBytesAsBytea() throws SQLException {
    assertThat(text("select encode(?, 'hex')", new byte[] {0, (byte) 0xff})).isEqualTo("00ff");
  }

  @Test
  void bindsAnArrayOfJavaByItsElements() throws SQLException {
    String sql = "select pg_typeof(x) || array_to_string(x, ',', 'NULL') from (select ? as x) a";
    assertThat(text(sql, (Object) new Long[] {1L, null})).isEqualTo("bigint[]1,NULL");
    assertThat(text(sql, (Object) new Integer[] {1, 2})).isEqualTo("integer[]1,2");
    assertThat(text(sql, (Object) new String[] {"a,\"b\\", null})).isEqualTo("text[]a,\"b\\,NULL");
    assertThat(text(sql, (Object) new Boolean[] {true, false})).isEqualTo("boolean[]t,f");
    assertThat(text(sql, (Object) new Double[] {0.5})).isEqualTo("double precision[]0.5");
    assertThat(text(sql, (Object) new LocalDate[] {LocalDate.of(2026, 3, 10)}))
        .isEqualTo("date[]2026-03-10");
    UUID uuid = UUID.randomUUID();
    assertThat(text(sql, (Object) new UUID[] {uuid})).isEqualTo("uuid[]" + uuid);
  }

  @Test
  void bindsCollectionsAsArrays() throws SQLException {
    String sql = "select pg_typeof(x) || array_to_string(x, ',', 'NULL') from (select ? as x) a";
    assertThat(text(sql, Sql.longs(List.of(5L, 6L)))).isEqualTo("bigint[]5,6");
    assertThat(text(sql, Sql.ints(List.of(5, 6)))).isEqualTo("integer[]5,6");
    assertThat(text(sql, Sql.texts(List.of("a b", "{}")))).isEqualTo("text[]a b,{}");
    assertThat(text(sql, Sql.longs(List.of()))).isEqualTo("bigint[]");
  }

  @Test
  void array_takesAValueOfEachItem() throws SQLException {
    List<Optional<Instant>> times = List.of(Optional.of(TIME), Optional.empty());
    List<Optional<Instant>> read =
        Sql.list(
            connection,
            "select t from unnest(?::timestamptz[]) with ordinality as u (t, n) order by n",
            row -> Optional.ofNullable(Sql.instant(row, 1)),
            Sql.array("timestamptz", times, t -> t));
    assertThat(read).isEqualTo(times);
    assertThat(
            text(
                "select array_to_string(?, '/')",
                Sql.array("int", List.of("a", "bcd"), String::length)))
        .isEqualTo("1/3");
  }

  @Test
  void instant_readsATimestamptzByNameOrPosition_andNull() throws SQLException {
    String sql = "select ?::timestamptz as at, null::timestamptz as never";
    List<Instant> read =
        Sql.one(
            connection,
            sql,
            row ->
                Arrays.asList(
                    Sql.instant(row, "at"),
                    Sql.instant(row, 1),
                    Sql.instant(row, "never"),
                    Sql.instant(row, 2)),
            TIME);
    assertThat(read).containsExactly(TIME, TIME, null, null);
  }

  @Test
  void elements_readsAnArray_noneWhereItIsNull() throws SQLException {
    String sql = "select array['a', 'b'] as two, null::text[] as none, '{}'::text[] as empty";
    List<List<String>> read =
        Sql.one(
            connection,
            sql,
            row ->
                List.of(
                    Sql.<String>elements(row, "two"),
                    Sql.<String>elements(row, "none"),
                    Sql.<String>elements(row, "empty")));
    assertThat(read).containsExactly(List.of("a", "b"), List.of(), List.of());
  }
}
