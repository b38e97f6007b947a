package io.sluice.core.ledger;

import io.sluice.core.ids.FileIds;
import io.sluice.core.sql.Sql;
import io.sluice.core.work.Claim;
import io.sluice.core.work.HandledFile;
import io.sluice.core.work.Work;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The contents that the paths of a batch have had (D15), locked in id order so that two corrections
 * cannot deadlock.
 */
final class Versions {

  private record Version(long id, UUID path, Instant mtime, boolean handled) {

    /** A stable order among contents with the same time. */
    boolean isNewerThan(Version other) {
      return Comparator.comparing(Version::mtime).thenComparing(Version::id).compare(this, other)
          > 0;
    }
  }

  /** A closed file that is replayed keeps its state meanwhile, and its rows until it is handled. */
  private static final String OF_PATHS =
      """
      select f.id, f.path_key, f.mtime, f.state in ('loaded', 'settled') or coalesce(w.stage in ('load', 'settle'), false)
        as handled
      from sluice.file f left join sluice.work w on w.file_id = f.id
      where f.path_key = any (?) and (f.state not in ('duplicate', 'replaced') or f.rows > 0 or w.file_id is not null)
      """;

  private final Map<UUID, List<Version>> byPath = new HashMap<>();

  private Versions() {}

  /**
   * Reads the versions of the paths of these files, and locks them together with the whole batch.
   *
   * @param handled the files of the batch whose handling is to be recorded
   */
  static Versions lock(Connection connection, Claim claim, Collection<HandledFile> handled)
      throws SQLException {
    Set<Long> ids = new HashSet<>();
    handled.forEach(file -> ids.add(file.fileId()));
    List<UUID> paths =
        claim.files().stream()
            .filter(file -> ids.contains(file.id()))
            .map(file -> FileIds.pathKey(claim.feed(), file.host(), file.path()))
            .toList();
    Versions versions = new Versions();
    ids.addAll(versions.read(connection, paths));
    claim.files().forEach(file -> ids.add(file.id()));
    Work.lock(connection, ids);
    versions.byPath.clear();
    versions.read(connection, paths); // as they are now that nobody changes them
    return versions;
  }

  private List<Long> read(Connection connection, List<UUID> paths) throws SQLException {
    List<Version> all =
        Sql.list(
            connection,
            OF_PATHS,
            row ->
                new Version(
                    row.getLong("id"),
                    row.getObject("path_key", UUID.class),
                    Sql.instant(row, "mtime"),
                    row.getBoolean("handled")),
            Sql.array("uuid", paths, path -> path));
    all.forEach(v -> byPath.computeIfAbsent(v.path, path -> new ArrayList<>()).add(v));
    return all.stream().map(Version::id).toList();
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
