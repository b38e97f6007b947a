package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What triggers note of a table while it is copied, and how the copy catches up with it. A row of
 * the log is written in the transaction of its change, so it is there exactly if the change is.
 *
 * <p>CREATE TRIGGER takes SHARE ROW EXCLUSIVE on the table, which waits for whoever writes: once it
 * is there, every change that is not logged is committed. DROP TRIGGER takes ACCESS EXCLUSIVE. See
 * https://www.postgresql.org/docs/current/explicit-locking.html
 */
abstract class ChangeLog {

  /** Columns of the log beside those of the table. */
  static final String ID = "__sluice_id";

  static final String OP = "__sluice_op";

  /** Of {@link #apply}: everything that is there. */
  static final int ALL = Integer.MAX_VALUE;

  static final String INSERTED = "'i'::\"char\"";
  static final String UPDATED = "'u'::\"char\"";
  static final String DELETED = "'d'::\"char\"";
  static final String TRUNCATED = "'t'::\"char\"";

  private static final List<String> EVENTS = List.of("insert", "update", "delete", "truncate");

  private static final String FUNCTION =
      """
      create function %s() returns trigger language plpgsql security definer
      set search_path = pg_catalog, pg_temp as $sluice$
      begin
        if tg_op = 'INSERT' then
          %s;
        elsif tg_op = 'UPDATE' then
          %s;
        elsif tg_op = 'DELETE' then
          %s;
        else
          %s;
        end if;
        return null;
      end $sluice$\
      """;

  /** The part of the log that one transaction applies. */
  record Chunk(long rows, long last, boolean truncated) {}

  final SourceTable source;
  final CopyNames names;

  ChangeLog(SourceTable source, CopyNames names) {
    this.source = source;
    this.names = names;
  }

  /** Rows of the log that one transaction applies. */
  abstract int chunkRows();

  /** Rows of the log that may be left for the time under the lock. */
  abstract int shortRows();

  /** Columns of the table that the log has. */
  abstract List<SourceColumn> columns();

  /** INSERTs of the trigger function for INSERT, UPDATE and DELETE. */
  abstract List<String> inserts(boolean eachRow);

  /**
   * Brings the copy to what the log says, and takes that from the log. The transaction must see one
   * snapshot only, or hold a lock that keeps writers away: ids are not in the order of commits.
   *
   * @param most rows of the log
   * @return rows of the log that were applied, and all there is if it is less than {@code most}
   * @throws SQLException with 23514 if the copy has no partition for a row
   */
  final long apply(Connection connection, int most) throws SQLException {
    Chunk chunk = chunk(connection, most);
    if (chunk.rows() == 0) {
      return 0;
    }
    if (chunk.truncated()) {
      Sql.execute(connection, "truncate " + names.copy().sql());
    }
    return apply(connection, chunk, chunk.rows() < most);
  }

  abstract long apply(Connection connection, Chunk chunk, boolean all) throws SQLException;

  /** What {@link #apply} runs, for people. */
  abstract List<String> applySql();

  private Chunk chunk(Connection connection, int most) throws SQLException {
    String sql =
        """
        select count(*), coalesce(max(%1$s), 0), coalesce(bool_or(%2$s = 't'), false)
        from (select %1$s, %2$s from %3$s order by %1$s limit %4$d) as chunk\
        """
            .formatted(ID, OP, names.log().sql(), most);
    return Sql.one(
        connection, sql, row -> new Chunk(row.getLong(1), row.getLong(2), row.getBoolean(3)));
  }

  /** The empty log, and the function that writes it. Definer's rights: writers need none. */
  final List<String> create() {
    String log = names.log().sql();
    return List.of(
        "create table %s as select %s from only %s with no data"
            .formatted(log, SourceTable.list(columns(), ""), source.name().sql()),
        "alter table %s add column %s \"char\" not null, add column %s bigint generated always as identity primary key"
            .formatted(log, OP, ID),
        function(),
        "revoke all on function " + names.function().sql() + "() from public");
  }

  private String function() {
    List<String> inserts = inserts(source.needsRowTriggers());
    return FUNCTION.formatted(
        names.function().sql(),
        inserts.get(0),
        inserts.get(1),
        inserts.get(2),
        "insert into %s (%s) values (%s)".formatted(names.log().sql(), OP, TRUNCATED));
  }

  /** The triggers; they also fire for what replication and sessions like it write. */
  final List<String> watch() {
    List<String> sql = new ArrayList<>();
    boolean rows = source.needsRowTriggers();
    sql.add(trigger("insert", rows ? "" : "referencing new table as sluice_new ", rows));
    sql.add(
        trigger(
            "update",
            rows ? "" : "referencing old table as sluice_old new table as sluice_new ",
            rows));
    sql.add(trigger("delete", rows ? "" : "referencing old table as sluice_old ", rows));
    sql.add(trigger("truncate", "", false));
    for (String event : EVENTS) {
      sql.add(
          "alter table %s enable always trigger %s%s"
              .formatted(source.name().sql(), CopyNames.TRIGGER, event));
    }
    return sql;
  }

  private String trigger(String event, String transition, boolean eachRow) {
    return "create trigger %s%s after %s on %s %sfor each %s execute function %s()"
        .formatted(
            CopyNames.TRIGGER,
            event,
            event,
            source.name().sql(),
            transition,
            eachRow ? "row" : "statement",
            names.function().sql());
  }

  /**
   * Query of its triggers and their function, as lines of a {@link Fingerprint}. An entry has the
   * transaction that wrote it: whoever disables a trigger and enables it again leaves another.
   */
  final String marks() {
    return """
    select 'trigger ' || t.tgname, concat_ws(' ', t.oid, t.xmin, t.tgenabled, t.tgfoid)
    from pg_trigger t where t.tgrelid = %d and t.tgname like 'sluice\\_log\\_%%'
    union all
    select 'function ' || p.proname, concat_ws(' ', p.oid, p.xmin)
    from pg_proc p where p.oid = to_regprocedure(%s)\
    """
        .formatted(source.oid(), SqlNames.literal(names.function().sql() + "()"));
  }

  /** Equal as long as nobody has touched its triggers, so that it holds every change. */
  final Fingerprint fingerprint(Connection connection) throws SQLException {
    return new Fingerprint(Sql.strings(connection, Fingerprint.LINES.formatted(marks())).get(0));
  }

  /** Takes the triggers from the table. */
  static List<String> unwatch(CopyNames names) {
    return EVENTS.stream()
        .map(
            event ->
                "drop trigger if exists %s%s on %s"
                    .formatted(CopyNames.TRIGGER, event, names.table().sql()))
        .toList();
  }

  final String insertIntoCopy() {
    List<SourceColumn> stored = source.stored();
    return "insert into %s (%s) overriding system value select %s"
        .formatted(
            names.copy().sql(), SourceTable.list(stored, ""), SourceTable.list(stored, "s."));
  }
}
