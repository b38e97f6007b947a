package io.sluice.pgtask.export;

import java.sql.SQLException;

/** Tables whose partition of 2026-08-01 goes and comes back. */
final class Tables {

  static final int EVERY_TYPE_ROWS = 6;
  static final String BOUNDS =
      "select pg_get_expr(relpartbound, oid) from pg_class where relname = 'cdr_p20260801'";
  static final String INDEXES =
      "select string_agg(indexname, ' ') from pg_indexes where tablename = 'cdr_p20260801'";

  private Tables() {}

  static void small(ExportFixture fixture) throws SQLException {
    fixture.sql(
        """
        create table billing.cdr (start_time timestamptz not null, id bigint, note text, amount numeric)
        partition by range (start_time)
        """,
        "create index on billing.cdr (id)");
    partition(fixture, "");
    fixture.sql(
        """
        insert into billing.cdr values
          ('2026-08-01 00:00Z', 1, 'a', 1.50), ('2026-08-01 12:00Z', 2, '', null),
          ('2026-08-01 23:59:59.999999Z', 3, null, 'NaN')
        """);
  }

  static void subpartitioned(ExportFixture fixture) throws SQLException {
    fixture.sql(
        """
        create table billing.cdr (start_time timestamptz not null, id bigint not null, note text,
          primary key (start_time, id)) partition by range (start_time)
        """);
    partition(fixture, "partition by hash (id)");
    for (int part = 0; part < 3; part++) {
      fixture.sql(
          "create table billing.cdr_p20260801_%d partition of billing.cdr_p20260801 for values with (modulus 3, remainder %d)"
              .formatted(part, part));
    }
    fixture.sql(
        "insert into billing.cdr select timestamptz '2026-08-01 00:00Z' + i * interval '1 s', i, 'n' || i from generate_series(1, 500) i");
  }

  static void everyType(ExportFixture fixture) throws SQLException {
    fixture.sql(
        "create type billing.kind as enum ('voice', 'data, \"fast\"')",
        "create type billing.cell as (mcc int, name text, at point)",
        "create domain billing.msisdn as text check (value ~ '^[+]')",
        """
        create table billing.cdr (
          gone text,
          start_time timestamptz not null,
          id bigint generated always as identity,
          "Größe, in.\\"cm" text collate "C",
          num numeric, dbl double precision, flt real, bytes bytea, js jsonb,
          ints int[], texts text[], kinds billing.kind[], kind billing.kind, cell billing.cell,
          cells billing.cell[], num_domain billing.msisdn, "interval" interval, money money,
          span tstzrange, ip inet, bits bit varying, mark "char", day date, xml text,
          twice bigint generated always as (id * 2) stored,
          big text,
          primary key (start_time, id)
        ) partition by range (start_time)
        """
            .replace("\\\"", "\"\""),
        "create index on billing.cdr (lower(left(big, 20)))",
        "alter table billing.cdr drop gone",
        "create statistics billing.cdr_stat on num, dbl from billing.cdr");
    partition(fixture, "");
    fixture.sql(
        """
        insert into billing.cdr (start_time, num) values ('2026-08-01 00:00Z', null)
        """,
        """
        insert into billing.cdr values ('2026-08-01 01:00Z', default, '', 'NaN', 'NaN', 'NaN', '', '{}', '{}', '{}', '{}',
          'voice', '(,,)', '{}', '+', '0', '0', 'empty', '::1/128', B'', '', '-infinity', '', default, '')
        """,
        """
        insert into billing.cdr values ('2026-08-01 02:00Z', default, E'a\\n\\\\.\\nb\\t\\\\N"''', 'Infinity', '-0', '-Infinity',
          '\\x00ff0a0d5c', '{"a": "\\\\u00e9\\\\n"}', '[2:3][0:1]={{1,2},{3,null}}',
          '{"NULL",null,"","a b","{}","\\"q\\\\\\\\"}', '{"data, \\"fast\\"",voice,null}', 'data, "fast"',
          row(460, E'x\\\\\\n"y"', point(1e-300, 2)), array[row(1, null, null), null]::billing.cell[], '+1 2',
          '-1 year +2 mons -3 days +04:05:06.789', '-1234567.89', '[2026-01-01,2026-01-02)', '10.0.0.0/8',
          B'0101', '\\', 'infinity', '\\.', default, repeat('é', 100000))
        """,
        "insert into billing.cdr (start_time, dbl, flt, num) values ('2026-08-01 03:00Z', 0.1::float8 + 0.2, 1.1, 0.10)",
        "insert into billing.cdr (start_time, dbl, xml) values ('2026-08-01 04:00Z', 5e-324, E'\\\\N')",
        "insert into billing.cdr (start_time, dbl, big) select '2026-08-01 05:00Z', 1.7976931348623157e308, string_agg(md5(i::text), '') from generate_series(1, 60000) i");
  }

  private static void partition(ExportFixture fixture, String by) throws SQLException {
    fixture.sql(
        "create table billing.cdr_p20260801 partition of billing.cdr for values from (%s) to (%s) %s"
            .formatted(ExportFixture.LOWER, ExportFixture.UPPER, by));
  }

  static void detach(ExportFixture fixture) throws SQLException {
    fixture.sql("alter table billing.cdr detach partition billing.cdr_p20260801");
  }
}
