package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.TableName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * A table of random shape, and its twin. A row is a number {@code i}, from which its key follows,
 * and a day for the column of time; its other columns follow from any number. So a statement says
 * what it means without knowing what is stored, and means the same for both tables.
 */
final class RandomTable {

  /** What becomes of the table. */
  enum Fate {
    CONVERTED,
    REWRITTEN,
    /** One of its partitions is. */
    PARTITION_REWRITTEN,
    /** It was partitioned. */
    UNPARTITIONED
  }

  static final int BUCKETS = 6;

  /** Rows whose numbers make a bucket. */
  static final int ROWS = 120;

  /**
   * A type.
   *
   * @param value SQL of a value of it for the number %1$s; of a key, another one for each
   * @param alike SQL of a value that is equal, and perhaps not the same
   */
  private record Kind(String type, String value, String alike) {
    Kind(String type, String value) {
      this(type, value, value);
    }

    static String of(String template, String number) {
      return template.replace("#", "(" + number + ")");
    }
  }

  /** A column, its name quoted. */
  record Column(String name, String type, String value, String alike, boolean nullable) {}

  private static final List<Kind> KEYS =
      List.of(
          new Kind("int8", "#::int8"),
          new Kind("int4", "#::int4"),
          new Kind("numeric", "#::numeric", "(# || '.00')::numeric"),
          new Kind("float8", "# / 8::float8"),
          new Kind("text", "'k' || #"),
          new Kind("text collate \"C\"", "'k' || #"),
          new Kind("varchar(40)", "'k''' || #"),
          new Kind("char(12)", "('k' || #)::char(12)"),
          new Kind("bytea", "convert_to('k' || #, 'utf8')"),
          new Kind("uuid", "md5(#::text)::uuid"),
          new Kind("date", "date '2020-01-01' + #::int"),
          new Kind("timestamptz", "timestamptz '2020-01-01 00:00+00' + # * interval '1 second'"),
          new Kind(
              "interval",
              "# * interval '1 hour'",
              "(# / 24) * interval '1 day' + (# % 24) * interval '1 hour'"),
          new Kind("int4range", "int4range(#::int, #::int + 1)"),
          new Kind("int4[]", "array[#::int, 7]"),
          new Kind("inet", "inet '10.0.0.0' + #"),
          new Kind("citext", "('k' || #)::citext", "('K' || #)::citext"),
          new Kind("app.code", "('c' || #)::app.code"),
          new Kind("app.pair", "row(#::int, 'x')::app.pair"));

  private static final List<Kind> VALUES =
      List.of(
          new Kind("json", "json_build_object('a', #, 'a', 1.50)"),
          new Kind("jsonb", "jsonb_build_object('a', #, 'b', null)"),
          new Kind("numeric", "# / 3.000", "0"),
          new Kind(
              "float8", "case # % 5 when 0 then '-0' when 1 then 'NaN' else # / 3::float8 end"),
          new Kind("float4", "(# / 3::float4)::float4"),
          new Kind("text", "repeat(md5(#::text), 90)"),
          new Kind("char(5)", "left('v' || #, 5)"),
          new Kind("bool", "# % 2 = 0"),
          new Kind("app.mood", "(array['so', 'la', 'la la'])[1 + # % 3]::app.mood"),
          new Kind("app.pair[]", "array[row(#::int, null)::app.pair]"),
          new Kind(
              "time with time zone", "time with time zone '10:00+02' + # * interval '1 second'"),
          new Kind("interval", "# * interval '1 day 25 hours'"),
          new Kind("money", "#::money"),
          new Kind("bit(8)", "(# % 256)::int::bit(8)"),
          new Kind("point", "point(#, -#)"),
          new Kind("tsvector", "to_tsvector('simple', 'row ' || #)"),
          new Kind("\"char\"", "(32 + # % 90)::int::\"char\""),
          new Kind("text[]", "array['a''b', null, #::text]"),
          new Kind("timestamp", "timestamp '2020-01-01' + # * interval '1 microsecond'"),
          new Kind("int8range", "int8range(null, #::int8)"));

  private static final List<Kind> TIMES =
      List.of(
          new Kind("timestamptz", "timestamptz '2026-11-10 05:00+00' + # * interval '1 day'"),
          new Kind("timestamp", "timestamp '2026-11-10 05:00' + # * interval '1 day'"),
          new Kind("date", "date '2026-11-10' + #::int"),
          new Kind("int8", "10000 + # * 100"),
          new Kind("numeric", "10000.5 + # * 100"));

  private static final List<String> NAMES =
      List.of(
          "old",
          "new",
          "found",
          "tg_op",
          "NEW",
          "Old",
          "tg_name",
          "tg_argv",
          "sqlstate",
          "op",
          "id",
          "k1",
          "k2",
          "l",
          "s",
          "c",
          "n",
          "o",
          "__sluice_id",
          "__sluice_op",
          "sluice_new",
          "sluice_old",
          "order",
          "select",
          "user",
          "a.b",
          "q\"uote",
          "per%cent",
          "%s",
          "%1$s",
          "what?",
          "$1",
          "$sluice$",
          "$$",
          "semi;colon",
          "back\\slash",
          "new\nline",
          "tab\tbed",
          "ünïcödé",
          ":name",
          "{fn now()}",
          "--",
          "/*",
          "'; drop table x; --",
          "it's",
          "?::int",
          "x".repeat(60),
          "value",
          "count",
          "row",
          "excluded",
          "old ");

  private static final List<String> TABLES =
      List.of(
          "t",
          "T Able",
          "we\"ird",
          "50%",
          "a.b",
          "$sluice$",
          "order",
          "it's",
          "new",
          "x".repeat(50));

  final Fate fate;
  final TableName name;
  final boolean partitioned;
  final boolean defaultPartition;
  final boolean wholeNumbers;

  /** Whether a rewrite puts its rows in another order. */
  final boolean ordered;

  /** Whether a unique key of the converted table is wider than that of the twin. */
  final boolean widened;

  final Column bucket;
  final Column at;
  final List<Column> key = new ArrayList<>();
  final List<Column> others = new ArrayList<>();
  private final Optional<String> generated;
  private final Optional<Column> nullableUnique;
  private final Random random;
  private final List<String> names;
  private final String keyForm;

  RandomTable(Random random) {
    this.random = random;
    this.names = new ArrayList<>(NAMES);
    Collections.shuffle(names, random);
    this.fate = Fate.values()[Math.max(0, random.nextInt(6) - 2)];
    this.partitioned = fate == Fate.PARTITION_REWRITTEN || fate == Fate.UNPARTITIONED;
    this.name = new TableName("app", pick(TABLES));
    this.defaultPartition = random.nextBoolean();
    Kind time = pick(TIMES);
    this.wholeNumbers = time.type().equals("int8") || time.type().equals("numeric");
    boolean inKey = partitioned || random.nextInt(3) == 0;
    boolean nullable = !inKey && defaultPartition && random.nextInt(3) == 0;
    this.bucket = column("int4", "# / " + ROWS, false);
    this.at =
        column(
            time.type(),
            nullable ? "case when # % 4 <> 3 then " + time.value() + " end" : time.value(),
            nullable);
    this.keyForm = pick(List.of("unique (%s)", "index", nullable ? "index" : "primary key (%s)"));
    for (int n = random.nextInt(3); n >= 0; n--) {
      Kind kind = pick(KEYS);
      key.add(new Column(quoted(), kind.type(), kind.value(), kind.alike(), false));
    }
    if (inKey) {
      key.add(random.nextInt(key.size() + 1), at);
    }
    this.widened = fate == Fate.CONVERTED && !inKey;
    this.nullableUnique =
        !partitioned && random.nextBoolean()
            ? Optional.of(column("int8", "case when # % 3 = 0 then #::int8 end", true))
            : Optional.empty();
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      Kind kind = pick(VALUES);
      boolean empty = random.nextInt(3) == 0;
      others.add(
          column(
              kind.type(),
              empty ? "case when # % 5 <> 2 then " + kind.value() + " end" : kind.value(),
              empty));
    }
    this.generated = random.nextBoolean() ? Optional.of(quoted()) : Optional.empty();
    this.ordered = random.nextBoolean();
  }

  private <T> T pick(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  private String quoted() {
    return SqlNames.quote(names.remove(0));
  }

  private Column column(String type, String value, boolean nullable) {
    return new Column(quoted(), type, value, value, nullable);
  }

  /** What must be there before. */
  static List<String> types() {
    return List.of(
        "create schema app",
        "create domain app.code as text check (value <> '')",
        "create type app.pair as (a int, b text)",
        "create type app.mood as enum ('so', 'la', 'la la')");
  }

  String table() {
    return name.sql();
  }

  static String twin() {
    return "app.\"the twin\"";
  }

  /** Columns that an INSERT names, in the order of {@link #values}. */
  List<Column> columns() {
    List<Column> all = new ArrayList<>(key);
    if (!all.contains(at)) {
      all.add(at);
    }
    all.add(bucket);
    nullableUnique.ifPresent(all::add);
    all.addAll(others);
    return all;
  }

  String columnList() {
    return columns().stream().map(Column::name).collect(Collectors.joining(", "));
  }

  /** Of all columns: what must be the same in both. */
  String everything() {
    return columnList() + generated.map(g -> ", " + g).orElse("");
  }

  /** Both tables, with some rows, and with columns that come and go. */
  List<String> create() {
    List<String> sql = new ArrayList<>();
    List<String> gone = new ArrayList<>();
    List<Column> late = new ArrayList<>();
    List<String> parts = new ArrayList<>();
    for (Column column : columns()) {
      String definition = definition(column);
      if (others.contains(column) && column.nullable() && random.nextBoolean()) {
        late.add(column);
      } else {
        parts.add(definition);
      }
      if (random.nextInt(4) == 0) {
        String dropped = quoted();
        gone.add(dropped);
        parts.add(dropped + " text default 'gone'");
      }
    }
    Collections.shuffle(parts, random);
    generated.ifPresent(
        g -> parts.add("%s int8 generated always as (%s * 3) stored".formatted(g, bucket.name())));
    boolean index = keyForm.equals("index");
    if (!index) {
      parts.add(keyForm.formatted(keyList()));
    }
    String body = " (" + String.join(", ", parts) + ")";
    sql.add(
        "create table %s%s%s"
            .formatted(
                table(), body, partitioned ? " partition by range (" + at.name() + ")" : ""));
    sql.add("create table " + twin() + body);
    if (partitioned) {
      String rest = "(" + at(5) + ") to (maxvalue)";
      sql.add(partition("p0", "(minvalue) to (" + at(5) + ")"));
      if (fate == Fate.UNPARTITIONED) {
        sql.add(partition("p1", rest) + " partition by range (" + at.name() + ")");
        sql.add(
            "create table app.p2 partition of app.p1 for values from (%s) to (%s)"
                .formatted(at(5), at(7)));
        sql.add("create table app.p3 partition of app.p1 default");
      } else {
        sql.add(partition("p1", rest));
      }
    }
    for (String one : List.of(table(), twin())) {
      if (index) {
        sql.add("create unique index on %s (%s)".formatted(one, keyList()));
      }
      nullableUnique.ifPresent(
          u -> sql.add("create unique index on %s (%s)".formatted(one, u.name())));
      sql.add("create index on %s (%s, %s desc)".formatted(one, bucket.name(), at.name()));
      String early =
          columns().stream()
              .filter(c -> !late.contains(c))
              .map(Column::name)
              .collect(Collectors.joining(", "));
      sql.add(
          "insert into %s (%s) select %s from (select %s from generate_series(0, %d) as g) as r (%s)"
              .formatted(
                  one,
                  early,
                  early,
                  values("g * 2", "g % 10", "g"),
                  BUCKETS * ROWS / 2 - 1,
                  columnList()));
      gone.forEach(column -> sql.add("alter table %s drop column %s".formatted(one, column)));
      late.forEach(
          column ->
              sql.add(
                  "alter table %s add column %s default %s"
                      .formatted(one, definition(column), value(column, 7))));
    }
    return sql;
  }

  private static String definition(Column column) {
    return column.name() + " " + column.type() + (column.nullable() ? "" : " not null");
  }

  private String keyList() {
    return key.stream().map(Column::name).collect(Collectors.joining(", "));
  }

  private String partition(String partition, String bounds) {
    return "create table app.%s partition of %s for values from %s"
        .formatted(partition, table(), bounds);
  }

  /**
   * A row, in the order of {@link #columns}.
   *
   * @param i number of the row, SQL
   * @param day for the column of time
   * @param version for what is neither
   */
  String values(String i, String day, String version) {
    return columns().stream()
        .map(
            column -> {
              boolean follows =
                  column.equals(bucket) || nullableUnique.filter(column::equals).isPresent();
              String number =
                  column.equals(at) ? day : follows || key.contains(column) ? i : version;
              return Kind.of(column.value(), number);
            })
        .collect(Collectors.joining(", "));
  }

  String value(Column column, int number) {
    return Kind.of(column.value(), Integer.toString(number));
  }

  String at(int day) {
    return value(at, day);
  }

  /** Condition for the row or rows of a number; a column of time in the key is not asked for. */
  String is(int i) {
    return key.stream()
        .filter(column -> !column.equals(at))
        .map(column -> column.name() + " = " + value(column, i))
        .collect(Collectors.joining(" and "));
  }

  /** SET of the key of another number. */
  String becomes(int i, boolean alike) {
    return key.stream()
        .filter(column -> !column.equals(at))
        .map(
            column ->
                column.name()
                    + " = "
                    + Kind.of(alike ? column.alike() : column.value(), Integer.toString(i)))
        .collect(Collectors.joining(", "));
  }

  String conflict() {
    return keyList();
  }

  @Override
  public String toString() {
    return fate + (ordered ? ", ordered " : " ") + create();
  }
}
