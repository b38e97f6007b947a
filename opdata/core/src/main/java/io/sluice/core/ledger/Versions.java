package io.sluice.core.ledger;

import io.sluice.core.ids.FileIds;
import io.sluice.core.sql.Sql;
import io.sluice.core.work.Claim;
import io.sluice.core.work.HandledFile;
import io.sluice.core.work.Work;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The contents that the paths of a batch have had (D15). Whoever records one has locked all that
 * are in flight, so that of two who record versions of one path the second sees what the first did.
 */
final class Versions {

  private record Version(long id, UUID path, Instant mtime, boolean inFlight, boolean handled) {

    /** A stable order among contents with the same time. */
    boolean isNewerThan(Version other) {
      return Comparator.comparing(Version::mtime).thenComparing(Version::id).compare(this, other)
          > 0;
    }
  }

  /**
   * A closed file that is replayed keeps its state meanwhile, and its rows until it is handled. The
   * planner knows no better of an array from a query than that it is short, and so looks each path
   * up; of one it can count it thinks that reading a partition's whole index were cheaper.
   */
  private static final String OF_PATHS =
      """
      select f.id, f.path_key, f.mtime, w.file_id is not null as in_flight,
             f.state in ('loaded', 'settled') or coalesce(w.stage in ('load', 'settle'), false) as handled
      from sluice.file f left join sluice.work w on w.file_id = f.id
      where f.path_key = any (array(select unnest(?::uuid[])))
        and (f.state not in ('duplicate', 'replaced') or f.rows > 0 or w.file_id is not null)
      """;

  private final Map<UUID, List<Version>> byPath;

  private Versions(List<Version> all) {
    byPath = all.stream().collect(Collectors.groupingBy(Version::path));
  }

  /**
   * Locks the files of the batch and reads the versions of their paths, one look at each partition
   * of the ledger. Hardly ever is another one in flight; where one is, it must be locked as well,
   * and all in the order of their ids, so that two corrections cannot deadlock: the caller ends the
   * transaction and tries again.
   *
   * @param handled the files of the batch whose handling is to be recorded
   * @param others versions in flight that an earlier try found, locked with the batch; those found
   *     now are added
   * @return empty if others were found
   */
  static Optional<Versions> lock(
      Connection connection, Claim claim, Collection<HandledFile> handled, Set<Long> others)
      throws SQLException {
    Set<Long> locked = new HashSet<>(others);
    claim.files().forEach(file -> locked.add(file.id()));
    Work.lock(connection, locked);
    List<Version> all = read(connection, paths(claim, handled));
    all.stream()
        .filter(version -> version.inFlight && !locked.contains(version.id))
        .forEach(version -> others.add(version.id));
    return locked.containsAll(others) ? Optional.of(new Versions(all)) : Optional.empty();
  }

  private static List<UUID> paths(Claim claim, Collection<HandledFile> handled) {
    Set<Long> ids = handled.stream().map(HandledFile::fileId).collect(Collectors.toSet());
    return claim.files().stream()
        .filter(file -> ids.contains(file.id()))
        .map(file -> FileIds.pathKey(claim.feed(), file.host(), file.path()))
        .toList();
  }

  private static List<Version> read(Connection connection, List<UUID> paths) throws SQLException {
    return Sql.list(
        connection,
        OF_PATHS,
        row ->
            new Version(
                row.getLong("id"),
                row.getObject("path_key", UUID.class),
                Sql.instant(row, "mtime"),
                row.getBoolean("in_flight"),
                row.getBoolean("handled")),
        Sql.array("uuid", paths, path -> path));
  }

  /**
   * Files for which a newer content of the path is handled, before or with them.
   *
   * @param handled ids of the files of the batch that are handled now
   */
  Set<Long> overtaken(Set<Long> handled) {
    return select(
        version ->
            handled.contains(version.id)
                && others(version)
                    .anyMatch(
                        v -> v.isNewerThan(version) && (v.handled || handled.contains(v.id))));
  }

  /** Other files whose content is older than that of one handled now. */
  Set<Long> older(Set<Long> handled) {
    return select(
        version ->
            !handled.contains(version.id)
                && others(version).anyMatch(v -> handled.contains(v.id) && v.isNewerThan(version)));
  }

  private Stream<Version> others(Version version) {
    return byPath.get(version.path).stream();
  }

  private Set<Long> select(Predicate<Version> wanted) {
    return byPath.values().stream()
        .flatMap(List::stream)
        .filter(wanted)
        .map(Version::id)
        .collect(Collectors.toSet());
  }
}
