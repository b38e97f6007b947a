package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.Consequence;
import io.sluice.pgtask.task.ConvertSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a conversion may break for programs that write to the table, though every row is right. Each
 * of it is accepted in the task, or the conversion is not begun. See
 * https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-LIMITATIONS
 */
final class Consequences {

  /**
   * Enabled triggers for each row. What a function does, its text does not prove; only those of the
   * server's own are known to choose no partition and to look at no table's name.
   */
  private static final String TRIGGERS =
      """
      select format('%%I, which calls %%s', t.tgname, t.tgfoid::regprocedure)
      from pg_trigger t join pg_proc p on p.oid = t.tgfoid join pg_language l on l.oid = p.prolang
      where t.tgrelid = %1$d and not t.tgisinternal and t.tgenabled <> 'D' and t.tgtype & 1 = 1 and t.tgtype & %2$d = %2$d
        and not (l.lanname = 'internal' and p.pronamespace = 'pg_catalog'::regnamespace)
      order by t.tgname
      """;

  private static final int ROW = 1;
  private static final int BEFORE_INSERT = 2 | 4;

  private final ConvertSpec spec;
  private final SourceTable source;
  private final Map<Consequence, String> found = new EnumMap<>(Consequence.class);

  private Consequences(ConvertSpec spec, SourceTable source) {
    this.spec = spec;
    this.source = source;
  }

  /**
   * Notes what is accepted.
   *
   * @return what is not, each with the word that accepts it
   */
  static List<String> check(TaskRun run, ConvertSpec spec, SourceTable source) throws SQLException {
    Consequences consequences = run.read(c -> find(c, spec, source));
    for (Consequence accepted : spec.accept()) {
      run.note(
          Optional.ofNullable(consequences.found.get(accepted))
              .map(what -> "accepted: " + what)
              .orElse(
                  "accept: %s is not needed: nothing of the kind applies to %s"
                      .formatted(accepted.word(), source.name())));
    }
    return consequences.problems();
  }

  /** The same without notes; triggers may have come since. */
  static List<String> unaccepted(Connection connection, ConvertSpec spec, SourceTable source)
      throws SQLException {
    return find(connection, spec, source).problems();
  }

  private List<String> problems() {
    List<String> problems = new ArrayList<>();
    found.forEach(
        (consequence, what) -> {
          if (!spec.accept().contains(consequence)) {
            problems.add(
                "%s. If programs that write to %s bear that, add %s to accept: under convert:"
                    .formatted(what, source.name(), consequence.word()));
          }
        });
    return problems;
  }

  private static Consequences find(Connection connection, ConvertSpec spec, SourceTable source)
      throws SQLException {
    Consequences consequences = new Consequences(spec, source);
    consequences.plainTableSql();
    consequences.widerKeys();
    consequences.beforeTriggers(consequences.triggers(connection, ROW | BEFORE_INSERT));
    consequences.rowTriggers(consequences.triggers(connection, ROW));
    consequences.rotation();
    return consequences;
  }

  private void plainTableSql() {
    found.put(
        Consequence.PLAIN_TABLE_SQL,
        "SQL that is right for a plain table only breaks for %1$s: an UPDATE that changes %2$s may move the row to another partition, so that another session that writes to or locks this row meanwhile gets SQLSTATE 40001 even in READ COMMITTED, and ON CONFLICT DO UPDATE is refused to do it; ctid alone finds rows of other partitions too, so that DELETE … WHERE ctid IN (SELECT ctid …) deletes wrong rows unless tableoid is compared as well; ONLY finds no rows; TRUNCATE ONLY and COPY … FREEZE are refused"
            .formatted(source.name(), spec.column()));
  }

  private void widerKeys() {
    List<String> wider =
        CopyIndex.of(source, source.column(spec.column())).stream()
            .filter(CopyIndex::widened)
            .map(
                i ->
                    "%s (%s)".formatted(i.source().name(), String.join(", ", i.source().columns())))
            .toList();
    if (!wider.isEmpty()) {
      found.put(
          Consequence.WIDER_KEYS,
          "of %1$s, unique index %2$s gets %3$s as an additional column, because PostgreSQL requires the partition column in it: its other columns alone are no longer guaranteed to be unique, ON CONFLICT with these columns fails, and ON CONFLICT ON CONSTRAINT or without columns lets in a second row with another %3$s"
              .formatted(source.name(), String.join(", ", wider), spec.column()));
    }
  }

  private void beforeTriggers(List<String> triggers) {
    if (!triggers.isEmpty()) {
      found.put(
          Consequence.BEFORE_TRIGGERS,
          "of %1$s, BEFORE INSERT trigger %2$s fires when the row's partition is chosen already: an INSERT fails (0A000) where it changes %3$s to a value of another partition, and (23514) where it fills in a NULL; a DEFAULT of %3$s is applied before"
              .formatted(source.name(), String.join("; ", triggers), spec.column()));
    }
  }

  private void rowTriggers(List<String> triggers) {
    if (!triggers.isEmpty()) {
      found.put(
          Consequence.ROW_TRIGGERS,
          "of %1$s, row trigger %2$s fires on partitions: TG_TABLE_NAME, TG_RELID and their like name the partition, and an UPDATE that moves a row to another partition also fires the triggers for DELETE and INSERT, and not those AFTER UPDATE"
              .formatted(source.name(), String.join("; ", triggers)));
    }
  }

  private void rotation() {
    if (!spec.rotated() && !spec.defaultPartition()) {
      found.put(
          Consequence.NO_ROTATION,
          "no task with a schedule rotates %1$s, so that inserts fail (23514) when its %2$d partitions ahead end: declare a task with partition: {tables: [%1$s]}, or set default: true"
              .formatted(source.name(), PeriodRange.AHEAD));
    }
  }

  private List<String> triggers(Connection connection, int type) throws SQLException {
    SourceReader.onlyCatalog(connection);
    return Sql.strings(connection, TRIGGERS.formatted(source.oid(), type));
  }
}
