package io.sluice.core.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.ids.FileIds;
import io.sluice.core.sql.Sql;
import io.sluice.core.work.WorkFixture;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

class LedgerPartitionsTest {

  private static final LocalDate MONDAY = LocalDate.parse("2026-03-09");

  private final WorkFixture ledger = new WorkFixture();

  private List<String> spans(String table) {
    return ledger.column(
        """
        select bound[1] || ' ' || bound[2] from pg_inherits i join pg_class c on c.oid = i.inhrelid,
          regexp_match(pg_get_expr(relpartbound, c.oid), '([0-9-]+).*?([0-9-]+)''') as bound
        where inhparent = 'sluice.%s'::regclass order by 1
        """
            .formatted(table));
  }

  private void partition(String table, String first, String next) {
    ledger.execute(
        "create table sluice.%1$s_%2$s partition of sluice.%1$s for values from ('%3$s') to ('%4$s')"
            .formatted(table, first.replace("-", ""), first, next));
  }

  private LocalDate today() {
    return ledger.transactions.ledger(
        c ->
            Sql.one(
                c,
                "select (now() at time zone 'UTC')::date",
                row -> row.getObject(1, LocalDate.class)));
  }

  @Test
  void makesOneForAWeek_andOneForWhatHasNoDay() {
    ledger.partitions.ensure(
        List.of(MONDAY, MONDAY.plusDays(6), MONDAY.minusDays(1), FileIds.OUTSIDE));
    List<String> expected =
        List.of("2000-01-01 2000-01-02", "2026-03-02 2026-03-09", "2026-03-09 2026-03-16");
    assertThat(spans("file")).isEqualTo(expected);
    assertThat(spans("reject")).isEqualTo(expected);
  }

  /** An earlier release made one for each day. */
  @Test
  void fillsTheDaysThatAreLeft_amongPartitionsOfADay() {
    for (String table : List.of("file", "reject")) {
      partition(table, "2026-03-08", "2026-03-09");
      partition(table, "2026-03-10", "2026-03-11");
      partition(table, "2026-03-14", "2026-03-15");
    }
    ledger.partitions.ensure(MONDAY.datesUntil(MONDAY.plusDays(7)).toList());
    assertThat(spans("file"))
        .containsExactly(
            "2026-03-08 2026-03-09",
            "2026-03-09 2026-03-10",
            "2026-03-10 2026-03-11",
            "2026-03-11 2026-03-14",
            "2026-03-14 2026-03-15",
            "2026-03-15 2026-03-16");
    assertThat(spans("reject")).isEqualTo(spans("file"));
  }

  @Test
  void dropsAWeek_onceAllItsDaysAreOld() {
    ledger.partitions.ensure(List.of(MONDAY, FileIds.OUTSIDE));
    assertThat(ledger.partitions.dropBefore(MONDAY.plusDays(6))).isZero();
    assertThat(ledger.partitions.dropBefore(MONDAY.plusDays(7))).isEqualTo(1);
    assertThat(spans("file")).containsExactly("2000-01-01 2000-01-02");
    assertThat(spans("reject")).isEqualTo(spans("file"));
    ledger.partitions.ensure(List.of(MONDAY));
    assertThat(spans("file")).hasSize(2);
  }

  /** The clock of a node may be years ahead. */
  @Test
  void dropsWeeks_byTheClockOfTheDatabase() {
    LocalDate today = today();
    ledger.partitions.ensure(List.of(today.minusDays(2), today.minusDays(11)));
    ledger.partitions.dropOlderThan(Duration.ofDays(3));
    assertThat(spans("file")).hasSize(1);
  }
}
