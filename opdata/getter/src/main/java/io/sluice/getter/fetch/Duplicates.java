package io.sluice.getter.fetch;

import io.sluice.core.feed.FeedSource;
import io.sluice.core.feed.FeedSource.SameContent;
import io.sluice.core.ids.FileIds;
import io.sluice.core.sql.Sql;
import io.sluice.core.work.Checksum;
import io.sluice.core.work.Claim;
import io.sluice.core.work.WorkState;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Finds the files that already brought some contents (D15), for a whole batch at a time.
 *
 * <p>Under the same name only the newest content counts: A, B and A again are three versions, not a
 * duplicate. Under other names any file of the feed counts, where the feed says so. Within the
 * batch the first of equal files is the original of the others.
 */
final class Duplicates {

  /**
   * The file that came first.
   *
   * @param open whether its rows may yet fail to come: it is in flight and does not only wait for
   *     its source to be settled
   */
  record Original(long fileId, String path, boolean open) {

    String reason() {
      return "duplicate: same content as file " + fileId + " " + path;
    }
  }

  private record Known(UUID pathKey, Checksum checksum, Original file) {}

  /** Archives are settled after their members. */
  private static final String OPEN =
      "(w.stage <> 'settle' or w.state = '" + WorkState.EXPANDED.id() + "')";

  /** A version that was handled and failed later has taken the rows of those before it along. */
  private static final String NEWEST_OF_PATHS =
      """
      select distinct on (f.path_key) f.path_key, f.id, f.path, coalesce(%s, false) as open,
             case when w.file_id is not null or f.state in ('loaded', 'settled') then coalesce(w.checksum, f.checksum) end
               as checksum
      from sluice.file f left join sluice.work w on w.file_id = f.id
      where f.path_key = any (?) and f.id <> all (?)
        and (w.stage <> 'fetch' or (w.file_id is null and (f.state in ('loaded', 'settled')
             or (f.handling > 0 and f.state not in ('duplicate', 'skipped')))))
      order by f.path_key, f.mtime desc, f.id desc
      """
          .formatted(OPEN);

  private static final String SAME_CONTENT =
      """
      select f.path_key, f.id, f.path, %s as open, w.checksum
      from sluice.work w join sluice.file f on f.id = w.file_id and f.day = sluice.day_of(w.file_id)
      where w.checksum = any (?) and w.feed = ? and w.stage <> 'fetch' and w.file_id <> all (?)
      union all
      select f.path_key, f.id, f.path, false, f.checksum from sluice.file f
      where f.checksum = any (?) and f.feed = ? and f.state in ('loaded', 'settled') and f.id <> all (?)
      order by open, id
      """
          .formatted(OPEN);

  private final Connection connection;
  private final Claim claim;
  private final FeedSource rules;
  private final Map<UUID, Known> byPath = new HashMap<>();
  private final Map<String, List<Known>> byContent = new HashMap<>();

  private Duplicates(Connection connection, Claim claim, FeedSource rules) {
    this.connection = connection;
    this.claim = claim;
    this.rules = rules;
  }

  /**
   * Looks up what is known of these files' names and contents. Each content of a feed is locked
   * until the transaction ends, so that two equal files cannot miss each other.
   */
  static Duplicates find(
      Connection connection, Claim claim, FeedSource rules, Collection<Staged> files)
      throws SQLException {
    Duplicates duplicates = new Duplicates(connection, claim, rules);
    if (!files.isEmpty()) {
      duplicates.lock(files);
      duplicates.read(files);
    }
    return duplicates;
  }

  private void lock(Collection<Staged> files) throws SQLException {
    List<String> contents =
        files.stream().map(file -> claim.feed() + file.checksum().hex()).distinct().toList();
    Sql.list(
        connection,
        "select pg_advisory_xact_lock(h) from (select distinct hashtextextended(c, 0) as h"
            + " from unnest(?::text[]) c order by 1) locks",
        row -> true,
        Sql.texts(contents));
  }

  private void read(Collection<Staged> files) throws SQLException {
    Sql.Items ids = Sql.array("bigint", files, file -> file.file().id());
    Set<UUID> paths = new HashSet<>();
    files.forEach(file -> paths.add(pathKey(file)));
    if (rules.checksum()) {
      for (Known known : query(NEWEST_OF_PATHS, Sql.array("uuid", paths, path -> path), ids)) {
        byPath.put(known.pathKey, known);
      }
    }
    if (rules.sameContent() == SameContent.DUPLICATE) {
      Sql.Items contents = Sql.array("bytea", files, file -> file.checksum().bytes());
      String feed = claim.feed();
      for (Known known : query(SAME_CONTENT, contents, feed, ids, contents, feed, ids)) {
        byContent.computeIfAbsent(known.checksum.hex(), hex -> new ArrayList<>()).add(known);
      }
    }
  }

  private List<Known> query(String sql, Object... values) throws SQLException {
    return Sql.list(connection, sql, Duplicates::known, values).stream()
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<Known> known(ResultSet row) throws SQLException {
    UUID path = row.getObject("path_key", UUID.class);
    Original file = new Original(row.getLong("id"), row.getString("path"), row.getBoolean("open"));
    return Optional.ofNullable(row.getBytes("checksum"))
        .map(bytes -> new Known(path, Checksum.of(bytes), file));
  }

  private UUID pathKey(Staged file) {
    return FileIds.pathKey(claim.feed(), file.file().host(), file.file().path());
  }

  /**
   * The file that brought this content first; a file that has none is the original of those that
   * are asked for after it.
   */
  Optional<Original> originalOf(Staged file) {
    UUID path = pathKey(file);
    Known same = byPath.get(path);
    if (same != null && same.checksum.equals(file.checksum())) {
      return Optional.of(same.file);
    }
    List<Known> contents = byContent.getOrDefault(file.checksum().hex(), List.of());
    Optional<Original> other =
        contents.stream().filter(k -> !k.pathKey.equals(path)).map(Known::file).findFirst();
    if (other.isEmpty()) {
      remember(file, path);
    }
    return other;
  }

  private void remember(Staged file, UUID path) {
    Known known =
        new Known(path, file.checksum(), new Original(file.file().id(), file.file().path(), true));
    if (rules.checksum()) {
      byPath.put(path, known);
    }
    if (rules.sameContent() == SameContent.DUPLICATE) {
      byContent.computeIfAbsent(file.checksum().hex(), hex -> new ArrayList<>()).add(known);
    }
  }
}
