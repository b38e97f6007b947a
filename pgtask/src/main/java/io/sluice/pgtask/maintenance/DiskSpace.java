package io.sluice.pgtask.maintenance;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.run.StepContext;
import io.sluice.pgtask.task.HumanFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Whether there is room for what is made beside the old. SQL does not tell how much of a disk is
 * free, so it is known in three cases: the task says how much may be used; the server's data
 * directory is on this machine, and everything lies in it; or something became too much before.
 */
final class DiskSpace {

  /** Rebuilding writes a log too. */
  private static final double WITH_LOG = 1.2;

  private static final String DIRECTORY =
      """
      select case when pg_has_role('pg_read_all_settings', 'USAGE') then current_setting('data_directory') end,
        coalesce(host(inet_server_addr()), '127.0.0.1') in ('127.0.0.1', '::1')
          and not exists (select from pg_catalog.pg_tablespace where spcname not in ('pg_default', 'pg_global')),
        inet_server_port()
      """;

  private final OptionalLong declared;
  private long tooMuch = Long.MAX_VALUE;

  DiskSpace(OptionalLong declared) {
    this.declared = declared;
  }

  /** So much did not fit. */
  void full(long needed) {
    tooMuch = Math.min(tooMuch, needed);
  }

  /** Why something that needs space is not begun; empty if nothing is against it. */
  Optional<String> against(long needed, StepContext context) throws SQLException {
    if (needed == 0) {
      return Optional.empty();
    }
    if (needed >= tooMuch) {
      return Optional.of("less than that has already filled the disk");
    }
    if (declared.isPresent()) {
      return needed <= declared.getAsLong()
          ? Optional.empty()
          : Optional.of("the task's space allows " + HumanFormat.bytes(declared.getAsLong()));
    }
    return free(context)
        .filter(free -> needed * WITH_LOG > free)
        .map(free -> "the server's disk has " + HumanFormat.bytes(free) + " free");
  }

  private static Optional<Long> free(StepContext context) throws SQLException {
    return context.read(connection -> Sql.one(connection, DIRECTORY, DiskSpace::free));
  }

  private static Optional<Long> free(ResultSet row) throws SQLException {
    String directory = row.getString(1);
    return directory != null && row.getBoolean(2)
        ? free(Path.of(directory), row.getInt(3))
        : Optional.empty();
  }

  /** A tunnel makes another machine's server look local; only its own lock file proves it. */
  private static Optional<Long> free(Path directory, int port) {
    try {
      List<String> lock = Files.readAllLines(directory.resolve("postmaster.pid"));
      boolean same = lock.size() > 3 && lock.get(3).strip().equals(Integer.toString(port));
      return same ? Optional.of(Files.getFileStore(directory).getUsableSpace()) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // not here, or not for us to read: not known
    }
  }
}
