package io.sluice.bench;

import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import javax.sql.DataSource;

/**
 * pg_partman's own procedure, which commits after each table. Its retention counts from the real
 * time, so a day that lies back has a retention longer by as much; what it makes ahead follows the
 * newest rows.
 */
record PartmanSide(DataSource database, String version, int days) implements RotationSide {

  @Override
  public String name() {
    return "pg_partman " + version;
  }

  @Override
  public String schema() {
    return PartmanTables.PARTMAN;
  }

  @Override
  public void rotate(Instant now) throws SQLException {
    Duration keep = Duration.ofDays(days).plus(Duration.between(now, Instant.now()));
    try (Connection connection = database.getConnection()) {
      Sql.execute(
          connection,
          "update partman.part_config set retention = '%d seconds'".formatted(keep.toSeconds()));
      Sql.execute(connection, "call partman.run_maintenance_proc(p_analyze := false)");
    }
  }
}
