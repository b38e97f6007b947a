package io.sluice.bench;

import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import javax.sql.DataSource;

/**
 * The same tables twice, by day: schema {@code a} is pg_partman's, {@code b} is Sluice's. As they
 * were some days ago: 90 days back, and four days ahead of that day.
 */
final class PartmanTables {

  static final String PARTMAN = "a";
  static final String SLUICE = "b";
  static final int AHEAD = 4;
  private static final int ROWS_A_DAY = 3;

  private final DataSource database;
  private final boolean since5;
  private final int tables;
  private final int days;
  private final LocalDate today;

  /**
   * @param partman version of pg_partman
   * @param begin the day before the first rotation
   */
  PartmanTables(DataSource database, String partman, int tables, int days, Instant begin) {
    this.database = database;
    this.since5 = Integer.parseInt(partman.replaceFirst("[.].*", "")) >= 5;
    this.tables = tables;
    this.days = days;
    this.today = LocalDate.ofInstant(begin, ZoneOffset.UTC);
  }

  static String name(int table) {
    return "t%03d".formatted(table);
  }

  int tables() {
    return tables;
  }

  /** Rows of each table when all begins. */
  long rowsEach() {
    return (days + 1L) * ROWS_A_DAY;
  }

  /** Rows of each table that a rotation of so many days drops. */
  static long rowsDropped(int rotations) {
    return (long) rotations * ROWS_A_DAY;
  }

  void build() throws SQLException {
    try (Connection connection = database.getConnection()) {
      Sql.execute(
          connection,
          "create schema partman; create extension pg_partman schema partman; create schema a; create schema b");
      for (int i = 1; i <= tables; i++) {
        for (String schema : List.of(PARTMAN, SLUICE)) {
          Sql.execute(
              connection,
              """
              create table %1$s.%2$s (at timestamptz not null, id bigint not null, value double precision)
                partition by range (at);
              create index on %1$s.%2$s (id, at)
              """
                  .formatted(schema, name(i)));
        }
        partman(connection, name(i));
        sluice(connection, name(i));
        fill(connection, name(i));
      }
      Sql.execute(
          connection,
          "vacuum analyze pg_class, pg_attribute, pg_index, pg_inherits, pg_depend, pg_type");
    }
  }

  /** It makes partitions up to the real day; those it would not have had yet go again. */
  private void partman(Connection connection, String table) throws SQLException {
    Sql.execute(
        connection,
        "select partman.create_parent('a.%s', 'at', %s, p_premake := %d, p_start_partition := '%s')"
            .formatted(
                table, since5 ? "'1 day'" : "'native', 'daily'", AHEAD, today.minusDays(days)));
    Sql.execute(
        connection,
        "drop table a.%1$s_default; update partman.part_config set retention_keep_table = false where parent_table = 'a.%1$s'"
            .formatted(table));
    for (String late : later(connection, table)) {
      Sql.execute(connection, "drop table " + late);
    }
  }

  private List<String> later(Connection connection, String table) throws SQLException {
    String sql =
        "select partition_schemaname || '.' || partition_tablename from"
            + " partman.show_partitions('a.%1$s') where partition_tablename > '%1$s_p%2$s'";
    String last = today.plusDays(AHEAD).toString().replace("-", since5 ? "" : "_");
    return Sql.strings(connection, sql.formatted(table, last));
  }

  private void sluice(Connection connection, String table) throws SQLException {
    StringBuilder sql = new StringBuilder();
    for (LocalDate day = today.minusDays(days);
        !day.isAfter(today.plusDays(AHEAD));
        day = day.plusDays(1)) {
      sql.append(
          "create table b.%1$s_p%2$s partition of b.%1$s for values from ('%3$s') to ('%4$s');"
              .formatted(table, day.toString().replace('-', '_'), day, day.plusDays(1)));
    }
    Sql.execute(connection, sql.toString());
  }

  private void fill(Connection connection, String table) throws SQLException {
    for (String schema : List.of(PARTMAN, SLUICE)) {
      Sql.execute(
          connection,
          """
          insert into %s.%s select d + interval '1 hour' * i, i, i
          from generate_series(timestamptz '%s', timestamptz '%s', interval '1 day') d, generate_series(1, %d) i
          """
              .formatted(schema, table, today.minusDays(days), today, ROWS_A_DAY));
    }
  }

  /** Tables whose partitions are not of the same bounds on both sides. */
  List<String> differing() throws SQLException {
    String sql =
        """
        with bounds as (
          select n.nspname, p.relname,
            string_agg(pg_get_expr(c.relpartbound, c.oid), ' ' order by pg_get_expr(c.relpartbound, c.oid)) as all_bounds
          from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
          join pg_namespace n on n.oid = p.relnamespace
          where p.relkind = 'p' and n.nspname in ('a', 'b') group by 1, 2)
        select coalesce(a.relname, b.relname)
        from (select * from bounds where nspname = 'a') a
        full join (select * from bounds where nspname = 'b') b using (relname)
        where a.all_bounds is distinct from b.all_bounds order by 1
        """;
    try (Connection connection = database.getConnection()) {
      return Sql.strings(connection, sql);
    }
  }

  /** Partitions of one side. */
  long partitions(String schema) throws SQLException {
    return number(
        """
        select count(*) from pg_inherits i join pg_class p on p.oid = i.inhparent
        join pg_namespace n on n.oid = p.relnamespace where p.relkind = 'p' and n.nspname = '%s'
        """
            .formatted(schema));
  }

  /** Rows of one side. */
  long rows(String schema) throws SQLException {
    long rows = 0;
    for (int i = 1; i <= tables; i++) {
      rows += number("select count(*) from %s.%s".formatted(schema, name(i)));
    }
    return rows;
  }

  private long number(String sql) throws SQLException {
    try (Connection connection = database.getConnection()) {
      return Sql.number(connection, sql);
    }
  }
}
