package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What triggers note of a table while it is copied, and how the copy catches up with it. A row of
 * the log is written in the transaction of its change, so it is there exactly if the change is.
 *
 * <p>It holds keys only, old and new ones: for each, the copy's row is taken away and the table's
 * row of now put in its place. So neither the order of changes matters nor how often a key changed,
 * and applying a part of the log twice does no harm. What is not in the log is the same in both
 * tables. Its columns have names of their own, because those of the table may be anything.
 *
 * <p>CREATE TRIGGER takes SHARE ROW EXCLUSIVE on the table, which waits for whoever writes: once it
 * is there, every change that is not logged is committed. DROP TRIGGER takes ACCESS EXCLUSIVE. See
 * https://www.postgresql.org/docs/current/explicit-locking.html
 */
final class ChangeLog {

  /** Rows of the log that one transaction applies. */
  static final int CHUNK = 20_000;

  /** Rows of the log that may be left for the time under the lock. */
  static final int SHORT = 500;

  /** Of {@link #apply}: everything that is there. */
  static final int ALL = Integer.MAX_VALUE;

  private static final List<String> EVENTS = List.of("insert", "update", "delete", "truncate");

  /** Before a statement of a transaction that began before the swap. */
  private static final String FENCE =
      """
      begin
        if tg_when = 'BEFORE' then
          if not pg_visible_in_snapshot(tg_argv[0]::xid8, pg_current_snapshot()) then
            raise exception 'could not serialize access: %%.%% was rewritten since this transaction began', tg_table_schema, tg_table_name
              using errcode = 'serialization_failure';
          end if;
          return null;
        end if;
      """;

  /** After any other statement. */
  private static final String FUNCTION =
      FENCE
          + """
        if tg_op = 'INSERT' then
          %s;
        elsif tg_op = 'UPDATE' then
          %s;
        elsif tg_op = 'DELETE' then
          %s;
        else
          insert into %s (op) values ('t');
        end if;
        return null;
      end\
      """;

  /** After a row was deleted or refers to another, once the copy has the table's place. */
  private static final String FOLLOW =
      FENCE
          + """
        if tg_op = 'TRUNCATE' then
          truncate %1$s;
          return null;
        end if;
        if tg_op = 'UPDATE' then
          if not (%3$s) then
            return null;
          end if;
        end if;
        delete from only %1$s as sluice_row where %2$s;
        return null;
      end\
      """;

  /** A chunk is small beside the tables: index scans, and never a scan of the copy. */
  private static final String PLAN =
      "set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off";

  /** Of a partition column beside the key, which is of one of PostgreSQL's own types. */
  private static final String EQUAL = "operator(pg_catalog.=)";

  /** The part of the log that one transaction applies. */
  private record Chunk(long rows, long last, boolean truncated) {}

  private final SourceTable source;
  private final CopyNames names;
  private final List<SourceColumn> columns = new ArrayList<>();
  private final Map<String, String> equality;

  /**
   * @param partitionColumn of the copy; part of what its rows are found by
   */
  ChangeLog(SourceTable source, CopyNames names, Optional<SourceColumn> partitionColumn) {
    this.source = source;
    this.names = names;
    SourceIndex key = source.key().orElseThrow();
    this.equality = key.equalities();
    key.columns().forEach(name -> columns.add(source.column(name).orElseThrow()));
    partitionColumn.filter(c -> !columns.contains(c)).ifPresent(columns::add);
  }

  /** A list with an entry for each column, by its number. */
  private String each(String separator, IntFunction<String> text) {
    return IntStream.range(0, columns.size()).mapToObj(text).collect(Collectors.joining(separator));
  }

  private static String logged(int column) {
    return "k" + (column + 1);
  }

  /** The empty log, and the function that writes it. Definer's rights: writers need none. */
  List<String> create() {
    String log = names.log().sql();
    return List.of(
        "create table %s as select %s from %s as s with no data"
            .formatted(
                log, each(", ", n -> columns.get(n).of("s") + " as " + logged(n)), source.rows()),
        "alter table %s add column op \"char\" not null, add column id bigint generated always as identity primary key"
            .formatted(log),
        function("create", names, function()),
        "revoke all on function " + names.function().sql() + "() from public");
  }

  private static String function(String create, CopyNames names, String body) {
    return "%s function %s() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as %s"
        .formatted(create, names.function().sql(), SqlNames.literal(body));
  }

  /**
   * Lets the old table lose what is deleted in the new one or refers to another row there, as long
   * as it has its foreign keys: else its rows would keep others from deleting what they refer to.
   * Its own triggers do not fire for that.
   */
  List<String> follow(TableName old, List<ForeignKey> keys) {
    String table = names.table().sql();
    String same =
        source.key().orElseThrow().columns().stream()
            .map(name -> source.column(name).orElseThrow())
            .map(
                c ->
                    "%s %s %s"
                        .formatted(
                            c.of("sluice_row"),
                            equality.getOrDefault(c.name(), EQUAL),
                            c.of("old")))
            .collect(Collectors.joining(" and "));
    String changed =
        keys.stream()
            .flatMap(key -> key.columns().stream())
            .distinct()
            .map(name -> source.column(name).orElseThrow())
            .map(c -> "%s::text is distinct from %s::text".formatted(c.of("old"), c.of("new")))
            .collect(Collectors.joining(" or "));
    return List.of(
        "alter table %s disable trigger user".formatted(old.sql()),
        function("create or replace", names, FOLLOW.formatted(old.sql(), same, changed)),
        "create trigger %sfollow after delete or update on %s for each row execute function %s()"
            .formatted(CopyNames.TRIGGER, table, names.function().sql()),
        "create trigger %sfollow_truncate after truncate on %s for each statement execute function %s()"
            .formatted(CopyNames.TRIGGER, table, names.function().sql()));
  }

  /** The old table follows no more, which needs no lock. */
  static String followNoMore(CopyNames names) {
    return function("create or replace", names, (FENCE + "  return null;\nend").formatted());
  }

  private String function() {
    boolean rows = source.needsRowTriggers();
    IntFunction<String> old = n -> columns.get(n).of(rows ? "old" : "o");
    IntFunction<String> now = n -> columns.get(n).of(rows ? "new" : "n");
    String fromOld = rows ? "" : " from sluice_old as o";
    String fromNew = rows ? "" : " from sluice_new as n";
    return FUNCTION.formatted(
        insert(values("i", now) + fromNew),
        insert(values("u", old) + fromOld + " union " + values("u", now) + fromNew),
        insert(values("d", old) + fromOld),
        names.log().sql());
  }

  private String insert(String query) {
    return "insert into %s (op, %s) %s"
        .formatted(names.log().sql(), each(", ", ChangeLog::logged), query);
  }

  private String values(String op, IntFunction<String> value) {
    return "select '%s'::\"char\", %s".formatted(op, each(", ", value));
  }

  /** The triggers; they also fire for what replication and sessions like it write. */
  List<String> watch() {
    List<String> sql = new ArrayList<>();
    boolean rows = source.needsRowTriggers();
    sql.add(trigger("insert", "new table as sluice_new", rows));
    sql.add(trigger("update", "old table as sluice_old new table as sluice_new", rows));
    sql.add(trigger("delete", "old table as sluice_old", rows));
    sql.add(trigger("truncate", "", false));
    EVENTS.forEach(event -> sql.add(always(source.name(), event)));
    return sql;
  }

  private String trigger(String event, String transition, boolean eachRow) {
    return "create trigger %s%s after %s on %s %s for each %s execute function %s()"
        .formatted(
            CopyNames.TRIGGER,
            event,
            event,
            source.name().sql(),
            eachRow || transition.isEmpty() ? "" : "referencing " + transition,
            eachRow ? "row" : "statement",
            names.function().sql());
  }

  private static String always(TableName table, String trigger) {
    return "alter table %s enable always trigger %s%s"
        .formatted(table.sql(), CopyNames.TRIGGER, trigger);
  }

  /**
   * For a table that has just taken its place: a transaction whose snapshot is older sees too few
   * rows of it, and must not write by what it sees.
   */
  List<String> fence(Connection connection, TableName table) throws SQLException {
    String fence = "fence_" + source.oid();
    return List.of(
        "create trigger %s%s before insert or update or delete on %s for each statement execute function %s('%s')"
            .formatted(
                CopyNames.TRIGGER,
                fence,
                table.sql(),
                names.function().sql(),
                Sql.strings(connection, "select pg_current_xact_id()").get(0)),
        always(table, fence));
  }

  /** Takes its triggers from wherever they are by now, under ACCESS EXCLUSIVE. */
  static String remove(CopyNames names) {
    return "drop function if exists %s() cascade".formatted(names.function().sql());
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

  /**
   * Query of its triggers and their function, as lines of a {@link Fingerprint}. An entry has the
   * transaction that wrote it: whoever disables a trigger and enables it again leaves another.
   */
  String marks() {
    return """
    select 'trigger ' || t.tgname
        || case when t.tgrelid = %1$d then '' else format(' of partition %%I.%%I', n.nspname, c.relname) end,
      concat_ws(' ', t.oid, t.xmin, t.tgenabled)
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where t.tgfoid = to_regprocedure(%2$s)
    union all
    select 'function ' || p.proname, concat_ws(' ', p.oid, p.xmin)
    from pg_proc p where p.oid = to_regprocedure(%2$s)\
    """
        .formatted(source.oid(), SqlNames.literal(names.function().sql() + "()"));
  }

  /** Equal as long as nobody has touched its triggers, so that it holds every change. */
  Fingerprint fingerprint(Connection connection) throws SQLException {
    return new Fingerprint(Sql.strings(connection, Fingerprint.LINES.formatted(marks())).get(0));
  }

  /**
   * Brings the copy to what the log says, and takes that from the log. The transaction must see one
   * snapshot only, or hold a lock that keeps writers away: ids are not in the order of commits. The
   * lock comes before the snapshot, which would not see the rows of a table rewritten after it.
   *
   * @param most rows of the log
   * @return rows of the log that were applied, and all there is if it is less than {@code most}
   * @throws SQLException with 23514 if the copy has no partition for a row
   */
  long apply(Connection connection, int most) throws SQLException {
    Sql.execute(connection, "lock table %s in access share mode".formatted(source.rows()));
    Chunk chunk = chunk(connection, most);
    if (chunk.rows() > 0) {
      if (chunk.truncated()) {
        Sql.execute(connection, "truncate " + names.copy().sql());
      }
      Sql.execute(connection, PLAN);
      Sql.execute(connection, apply(Long.toString(chunk.last())));
    }
    return chunk.rows();
  }

  private Chunk chunk(Connection connection, int most) throws SQLException {
    String sql =
        """
        select count(*), coalesce(max(id), 0), coalesce(bool_or(op = 't'), false)
        from (select id, op from %s order by id limit %d) as chunk\
        """
            .formatted(names.log().sql(), most);
    return Sql.one(
        connection, sql, row -> new Chunk(row.getLong(1), row.getLong(2), row.getBoolean(3)));
  }

  /** What {@link #apply} runs, for people. */
  List<String> applySql() {
    return apply("<end of the chunk>");
  }

  private List<String> apply(String last) {
    List<String> sql = new ArrayList<>(removeFrom(names.copy().sql(), last));
    for (String same : same("s")) {
      sql.add(
          "%s from %s join %s as s on %s"
              .formatted(insertIntoCopy(), keys(last), source.rows(), same));
    }
    sql.add("delete from %s where id <= %s".formatted(names.log().sql(), last));
    return sql;
  }

  /**
   * Takes from a table of the copy what may be in it twice: rows that were written while their
   * blocks were copied. All of them are in the log, and come back from there.
   */
  List<String> deduplicate(String table) {
    return removeFrom(table, Long.toString(Long.MAX_VALUE));
  }

  private List<String> removeFrom(String table, String last) {
    return same("c").stream()
        .map(same -> "delete from %s as c using %s where %s".formatted(table, keys(last), same))
        .toList();
  }

  private String keys(String last) {
    return "(select distinct %s from %s where id <= %s and op <> 't') as l"
        .formatted(each(", ", ChangeLog::logged), names.log().sql(), last);
  }

  /**
   * Conditions for a row to be that of the log, one of which holds. A partition column may be NULL,
   * and an index cannot find {@code is not distinct from}.
   */
  private List<String> same(String table) {
    IntFunction<String> equal =
        n -> {
          SourceColumn column = columns.get(n);
          String operator = equality.getOrDefault(column.name(), EQUAL);
          return "%s %s l.%s".formatted(column.of(table), operator, logged(n));
        };
    IntFunction<String> orNull =
        n ->
            columns.get(n).notNull()
                ? equal.apply(n)
                : "%s is null and l.%s is null".formatted(columns.get(n).of(table), logged(n));
    return Stream.of(equal, orNull).map(text -> each(" and ", text)).distinct().toList();
  }

  String insertIntoCopy() {
    List<SourceColumn> stored = source.stored();
    return "insert into %s (%s) overriding system value select %s"
        .formatted(
            names.copy().sql(), SourceTable.list(stored, ""), SourceTable.list(stored, "s."));
  }

  /** Keys that rows had or have, as they are named in the table; follows FROM. */
  String written() {
    return "(select %s from %s where op <> 'd') as s"
        .formatted(each(", ", n -> logged(n) + " as " + columns.get(n).sql()), names.log().sql());
  }
}
