package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqlCommandTest {

  private static final String VALUES =
      "select * from (values (1, 'a,b', null::text), (20, '', 'x')) v (n, t, nothing)";

  @TempDir Path home;
  private Cli cli;

  @BeforeEach
  void start() {
    cli = new Cli(home);
  }

  @Test
  void printsTableCsvOrJson() {
    Cli.Run table = cli.run("sql", VALUES);
    assertThat(table.code()).isZero();
    assertThat(table.lines()).containsExactly(" n  t    nothing", " 1  a,b", "20       x");
    assertThat(table.err()).contains("(2 rows)");
    assertThat(cli.run("sql", "--format", "csv", VALUES).out())
        .isEqualTo("n,t,nothing\r\n1,\"a,b\",\r\n20,\"\",x\r\n");
    assertThat(cli.run("sql", "--json", VALUES).out())
        .contains("\"n\" : 1", "\"t\" : \"a,b\"", "\"nothing\" : null");
    assertThat(cli.run("sql", "--json", "select 1 where false").out().strip()).isEqualTo("[]");
  }

  @Test
  void readsStandardInput_whenThereIsNoArgument() {
    cli.input = "select 1 as one;\nselect 2 as two;\n";
    assertThat(cli.run("sql").lines()).containsExactly("one", "  1", "two", "  2");
    cli.input = " ";
    assertThat(cli.run("sql").code()).isEqualTo(2);
  }

  @Test
  void changesNothing_unlessAllowed() {
    String sql = "create table public.t as select 1 as n";
    Cli.Run refused = cli.run("sql", sql);
    assertThat(refused.code()).isEqualTo(5);
    assertThat(refused.err()).contains("read-only transaction", "Add --write");
    assertThat(cli.run("sql", "--write", sql).code()).isZero();
    assertThat(cli.number("select count(*) from public.t")).isEqualTo(1);
    assertThat(cli.run("sql", "--write", "update public.t set n = 2").err())
        .contains("1 rows changed");
  }

  @Test
  void saysWhatTheDatabaseSaid_whenItRefuses() {
    Cli.Run run = cli.run("sql", "select nothing from nowhere");
    assertThat(run.code()).isEqualTo(5);
    assertThat(run.err()).contains("\"nowhere\" does not exist").doesNotContain("\tat ");
  }

  @Test
  void printsAllRows_whenThereAreMany() {
    Cli.Run run = cli.run("sql", "select g as n from generate_series(1, 2500) g");
    assertThat(run.lines()).contains("2500").hasSize(2500 + 3);
  }
}
