package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.task.HumanFormat;
import io.sluice.pgtask.task.Limits;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A rewrite that came to no end, or what is left of one.
 *
 * @param table that was being rewritten, by the name it had then
 * @param what for people
 * @param task that worked on it last; empty if that is not known
 * @param logBytes of its change log, which grows with every write
 * @param logLimit that its task allows
 */
public record UnfinishedRewrite(
    TableName table, String what, String task, long logBytes, long logLimit) {

  private static final String STATE = "__sluice_state";

  private static final String LEFT =
      """
      select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and c.relname ~ '__sluice_(copy|rest|log|state)$'
        and pg_has_role(c.relowner, 'usage')
      union
      select n.nspname, p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where p.proname ~ '__sluice_log$' and p.prorettype = 'trigger'::regtype and pg_has_role(p.proowner, 'usage')
      order by 1, 2
      """;

  private static final String READ =
      """
      select coalesce(c.relname, ''), spec, coalesce(to_jsonb(s) ->> 'task', ''),
        coalesce((to_jsonb(s) ->> 'log_limit')::bigint, %d)
      from %s s left join pg_class c on c.oid = s.source
      """;

  /** All that is left in a database and this role can remove; what belongs together is one. */
  public static List<UnfinishedRewrite> find(Connection connection) throws SQLException {
    TreeSet<TableName> left = new TreeSet<>(Sql.list(connection, LEFT, TableName::read));
    List<UnfinishedRewrite> found = new ArrayList<>();
    for (TableName state : List.copyOf(left)) {
      if (state.name().endsWith(STATE)) {
        read(connection, state, left).ifPresent(found::add);
      }
    }
    while (!left.isEmpty()) {
      TableName table = stripped(left.first());
      found.add(of(connection, table, left, "rest of a rewrite", "", Limits.DEFAULT.log()));
    }
    return found;
  }

  /** Empty if somebody emptied the state; then it is a rest like others. */
  private static Optional<UnfinishedRewrite> read(
      Connection connection, TableName state, TreeSet<TableName> left) throws SQLException {
    String sql = READ.formatted(Limits.DEFAULT.log(), state.sql());
    return Sql.first(
        connection,
        sql,
        row -> {
          TableName now = state.sibling(row.getString(1));
          TableName table = new CopyNames(now).state().equals(state) ? now : stripped(state);
          return of(
              connection, table, left, what(row.getString(2)), row.getString(3), row.getLong(4));
        });
  }

  private static String what(String spec) {
    String kind = spec.split(" ", 2)[0];
    return switch (kind) {
      case "convert" -> "conversion";
      case "drain" -> "drain";
      case "unpartition" -> "unpartitioning";
      default -> "rewrite";
    };
  }

  /** Names that were cut lead back to no table, but to all that was cut alike. */
  private static TableName stripped(TableName left) {
    return left.sibling(left.name().replaceFirst("__sluice_(copy|rest|log|state)$", ""));
  }

  private static UnfinishedRewrite of(
      Connection connection,
      TableName table,
      TreeSet<TableName> left,
      String what,
      String task,
      long limit)
      throws SQLException {
    CopyNames names = new CopyNames(table);
    left.removeAll(List.of(names.state(), names.copy(), names.rest(), names.log()));
    long bytes =
        Sql.number(
            connection,
            "select coalesce(pg_total_relation_size(to_regclass(%s)), 0)"
                .formatted(SqlNames.literal(names.log().sql())));
    return new UnfinishedRewrite(table, what, task, bytes, limit);
  }

  public boolean isLogTooLarge() {
    return logBytes > logLimit;
  }

  /** Why it is abandoned by itself. */
  public String logTooLarge() {
    return logTooLarge(table, logBytes, logLimit);
  }

  static String logTooLarge(TableName table, long bytes, long limit) {
    return "the rewrite of %s is abandoned: its change log has %s, and limits: log: allows %s; the table itself is as it was. Raise log:, or run the task when less is written"
        .formatted(table, HumanFormat.bytes(bytes), HumanFormat.bytes(limit));
  }

  /** For people. */
  @Override
  public String toString() {
    return "%s of %s, log %s".formatted(what, table, HumanFormat.bytes(logBytes));
  }
}
