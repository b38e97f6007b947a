package io.sluice.pgtask.export;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.export.Manifest.Part;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.StepContext;
import io.sluice.pgtask.run.StepResult;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Copies the rows of an export into a table that nobody else uses: all of them or none. */
record FillStep(ExportSource source, ExportLocations places, TableName table) implements Step {

  private static final int BUFFER = 1 << 17;

  @Override
  public String description() {
    Manifest manifest = source.manifest();
    return "copy %,d rows from %s into %s, verifying checksums"
        .formatted(manifest.rows(), source.folder(), table);
  }

  @Override
  public List<String> sql() {
    return List.of("truncate " + table.sql(), copySql());
  }

  /** Frozen: no vacuum need ever rewrite what is old. */
  private String copySql() {
    return "copy %s (%s) from stdin with (freeze)"
        .formatted(table.sql(), TableDefinition.names(source.manifest().stored()));
  }

  @Override
  public StepResult run(StepContext context) throws SQLException {
    long rows = context.transaction(connection -> fill(context, connection));
    return StepResult.of("rowsRestored", rows).and("bytesRead", source.manifest().bytes());
  }

  private long fill(StepContext context, Connection connection) throws SQLException {
    Sql.execute(connection, sql().get(0));
    Manifest manifest = source.manifest();
    try (ExportFolder files = places.folder(source.folder())) {
      Progress progress = new Progress(context, manifest.rowBytes());
      long rows = 0;
      for (Part part : manifest.parts()) {
        rows += copy(connection, files, part, progress);
      }
      if (rows != manifest.rows()) {
        throw new ExportException(
            "%s holds %d rows, but its manifest says %d"
                .formatted(source.folder(), rows, manifest.rows()));
      }
      return rows;
    } catch (IOException e) {
      throw ExportException.failed(e);
    }
  }

  private long copy(Connection connection, ExportFolder files, Part part, Progress progress)
      throws SQLException, IOException {
    String folder = source.folder().toString();
    try (PartVerifier rows = new PartVerifier(part, folder, files.open(part.file()))) {
      try {
        return copy(connection, rows, progress);
      } catch (SQLException e) {
        rows.verify(); // whether the file is to blame
        throw e;
      }
    }
  }

  private long copy(Connection connection, PartVerifier rows, Progress progress)
      throws SQLException, IOException {
    CopyIn in = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(copySql());
    try {
      byte[] buffer = new byte[BUFFER];
      for (int n = rows.read(buffer); n >= 0; n = rows.read(buffer)) {
        in.writeToCopy(buffer, 0, n);
        progress.add(n);
      }
      rows.verify();
      return in.endCopy();
    } finally {
      if (in.isActive()) {
        in.cancelCopy();
      }
    }
  }

  /** Bytes so far; looks now and then whether to go on. */
  private static final class Progress {
    private static final long BETWEEN_LOOKS = 4 << 20;
    private final StepContext context;
    private final long of;
    private long done;
    private long look = BETWEEN_LOOKS;

    Progress(StepContext context, long of) {
      this.context = context;
      this.of = of;
    }

    void add(int bytes) {
      done += bytes;
      if (done >= look) {
        look = done + BETWEEN_LOOKS;
        context.checkNotEnded();
        context.progress("bytes of rows restored", done, of);
      }
    }
  }
}
