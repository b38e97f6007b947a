package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.task.Task;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How far a move is, kept beside the table and written in the transaction of each step of it.
 *
 * @param spec what move it is; another one begins anew
 * @param oid of the table that moves
 * @param fingerprint of that table when its copy was begun
 * @param leaf the table that is being copied: the one that moves, or its partition
 * @param fileNode of that table's storage; another one means that rows lie elsewhere
 * @param next first block of it not yet copied
 * @param blocks of it to be copied
 * @param old name of the table once the copy has its place
 * @param dropOld whether it is dropped then
 */
record CopySwapState(
    String spec,
    long oid,
    Fingerprint fingerprint,
    Phase phase,
    long leaf,
    long fileNode,
    long next,
    long blocks,
    String old,
    boolean dropOld) {

  /** In their order. */
  enum Phase {
    /** The copy is there, empty; nothing is logged yet. */
    MADE,
    /** Changes are logged, the copy is being filled. */
    COPYING,
    /** All is copied; indexes are built, the log is applied. */
    COPIED,
    /** The copy has the table's place; what the move left is being removed. */
    SWAPPED
  }

  /**
   * @param fingerprint of the table, or something that stands for it
   */
  static List<String> create(
      CopyNames names, CopyLayout layout, SourceTable source, String fingerprint) {
    return List.of(
        """
        create table %s (
          spec text not null, source oid not null, fingerprint text not null,
          phase text not null, file_node oid not null, next_block bigint not null, blocks bigint not null,
          old_name text not null, drop_old boolean not null, started_at timestamptz not null default pg_catalog.now(),
          watch text not null default '', task text not null default '', log_limit bigint,
          foreign_keys text[] not null default '{}', leaf oid)\
        """
            .formatted(names.state().sql()),
        "alter table %s replica identity full".formatted(names.state().sql()),
        "insert into %s values (%s, %d, %s, '%s', 0, 0, 0, %s, %s)"
            .formatted(
                names.state().sql(),
                SqlNames.literal(layout.spec()),
                source.oid(),
                SqlNames.literal(fingerprint),
                Phase.MADE,
                SqlNames.literal(layout.renaming().oldTable().name()),
                layout.dropOld()));
  }

  /** Empty if no move of this table was begun. */
  static Optional<CopySwapState> read(Connection connection, CopyNames names) throws SQLException {
    String there = "select to_regclass(" + SqlNames.literal(names.state().sql()) + ") is not null";
    if (!Sql.isTrue(connection, there)) {
      return Optional.empty();
    }
    String sql =
        """
        select spec, source::int8, fingerprint, phase, coalesce((to_jsonb(s) ->> 'leaf')::int8, source::int8),
          file_node::int8, next_block, blocks, old_name, drop_old
        from %s as s\
        """
            .formatted(names.state().sql());
    return Sql.first(connection, sql, CopySwapState::of);
  }

  private static CopySwapState of(ResultSet row) throws SQLException {
    return new CopySwapState(
        row.getString(1),
        row.getLong(2),
        new Fingerprint(row.getString(3)),
        Phase.valueOf(row.getString(4)),
        row.getLong(5),
        row.getLong(6),
        row.getLong(7),
        row.getLong(8),
        row.getString(9),
        row.getBoolean(10));
  }

  /** Remembers the triggers as they are, in the transaction that makes them. */
  static String watched(CopyNames names, ChangeLog log) {
    return "update %s set watch = (%s)"
        .formatted(names.state().sql(), Fingerprint.LINES.formatted(log.marks()));
  }

  /** The triggers as they were made; empty before, and in a state that an older Sluice wrote. */
  static Fingerprint watch(Connection connection, CopyNames names) throws SQLException {
    String sql = "select coalesce(to_jsonb(s) ->> 'watch', '') from %s as s";
    return new Fingerprint(Sql.strings(connection, sql.formatted(names.state().sql())).get(0));
  }

  static String to(CopyNames names, Phase phase) {
    return "update %s set phase = '%s'".formatted(names.state().sql(), phase);
  }

  /** Remembers who works on it; an older Sluice did not, and copied no partitions. */
  static List<String> carriedOn(CopyNames names, Task task) {
    String state = names.state().sql();
    return List.of(
        "alter table %s add column if not exists task text not null default '', add column if not exists log_limit bigint, add column if not exists foreign_keys text[] not null default '{}', add column if not exists leaf oid"
            .formatted(state),
        "update %s set task = %s, log_limit = %d"
            .formatted(state, SqlNames.literal(task.name()), task.limits().log()));
  }

  /** Remembers by name what is to be validated after the swap. */
  static String toValidate(CopyNames names, List<ForeignKey> keys) {
    return "update %s set foreign_keys = array[%s]::text[]"
        .formatted(
            names.state().sql(),
            keys.stream()
                .map(key -> SqlNames.literal(key.name()))
                .collect(Collectors.joining(", ")));
  }

  /** Names; none in a state that an older Sluice wrote. */
  static List<String> foreignKeys(Connection connection, CopyNames names) throws SQLException {
    return Sql.strings(
        connection,
        "select jsonb_array_elements_text(coalesce(to_jsonb(s) -> 'foreign_keys', '[]')) from %s as s"
            .formatted(names.state().sql()));
  }

  static String copiedUpTo(CopyNames names, long block) {
    return "update %s set next_block = %d".formatted(names.state().sql(), block);
  }

  /** From the first block of a table on, of the storage that it has now; a parent has none. */
  static String fromTheStartOf(CopyNames names, long leaf, int blockSize) {
    return """
    update %1$s set phase = '%2$s', leaf = %3$d, next_block = 0,
      file_node = coalesce(pg_relation_filenode(%3$d::oid), 0),
      blocks = coalesce(pg_relation_size(%3$d::oid), 0) / %4$d\
    """
        .formatted(names.state().sql(), Phase.COPYING, leaf, blockSize);
  }
}
