package io.sluice.pgtask.export;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.core.staging.StagedObject;
import io.sluice.core.staging.Staging;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.export.Manifest.Column;
import io.sluice.pgtask.export.Manifest.Part;
import io.sluice.pgtask.partition.BeforeDrop;
import io.sluice.pgtask.run.StepContext;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Writes a partition to a directory or bucket: gzip files of whole rows in COPY's text form, then a
 * manifest with their checksums. Rows are counted and copied in one snapshot, and every byte is
 * read again before the manifest says that the export is whole. Takes ACCESS SHARE on the
 * partition, no more (https://www.postgresql.org/docs/current/explicit-locking.html).
 *
 * <p>Text and not CSV: in CSV, PostgreSQL before 18 takes a line {@code \.} inside a value for the
 * end of the data. Broken off anywhere, it leaves no manifest; the next run begins anew.
 */
public final class PartitionExport implements BeforeDrop {

  /** A zipped file is not made longer than about this; S3Writer's objects end at 78 GiB. */
  private static final long PART_BYTES = 8L << 30;

  private static final Duration ABANDONED = Duration.ofDays(7);
  private static final int ROWS_BETWEEN_LOOKS = 10_000;

  private final ExportLocations places;
  private final long partBytes;

  public PartitionExport(ExportLocations places) {
    this(places, PART_BYTES);
  }

  PartitionExport(ExportLocations places, long partBytes) {
    this.places = places;
    this.partBytes = partBytes;
  }

  @Override
  public Saved save(
      StepContext context,
      TableName partition,
      long oid,
      TableName parent,
      String lower,
      String upper,
      URI to)
      throws SQLException {
    Exported exported =
        export(context, new ExportedPartition(parent, partition, oid, lower, upper), to);
    return new Saved(exported.rows(), exported.manifest(), exported.sha256());
  }

  /**
   * Exports a partition.
   *
   * @param to {@code file:///directory} or {@code s3://bucket/prefix}
   * @throws SQLException also when the place cannot be written; the message is for people
   */
  Exported export(StepContext context, ExportedPartition subject, URI to) throws SQLException {
    try (Staging place = places.open(to)) {
      place.deleteAbandoned(context.clock().instant().minus(ABANDONED));
      String base =
          ExportKeys.base(
              subject.parent().schema(),
              subject.parent().name(),
              subject.partition().name(),
              subject.oid());
      DatabaseIdentity identity = context.read(DatabaseIdentity::read);
      removeEarlier(place, base, identity, to);
      Manifest manifest = context.read(c -> inSnapshot(context, c, place, base, subject, identity));
      reread(place, base, manifest, to);
      String key = base + ManifestFile.SUFFIX;
      String sha256 = ManifestFile.write(place, key, manifest);
      return new Exported(uri(to, key), sha256, manifest.rows(), manifest.bytes());
    } catch (IOException e) {
      throw ExportException.failed(e);
    }
  }

  private static URI uri(URI to, String key) {
    String text = to.toString();
    return URI.create(text.endsWith("/") ? text + key : text + "/" + key);
  }

  /** The manifest first, so that it never speaks of files that are being replaced. */
  private static void removeEarlier(Staging place, String base, DatabaseIdentity identity, URI to)
      throws IOException {
    String manifestKey = base + ManifestFile.SUFFIX;
    String folder = base.substring(0, base.indexOf('/') + 1);
    List<String> keys =
        place.list(folder).stream()
            .map(StagedObject::key)
            .filter(key -> key.startsWith(base + "."))
            .toList();
    if (keys.contains(manifestKey)) {
      try (InputStream in = place.open(manifestKey)) {
        identity.mustBe(ManifestFile.read(in, uri(to, manifestKey).toString()).manifest(), to);
      }
      place.delete(List.of(manifestKey));
    }
    place.delete(keys);
  }

  private Manifest inSnapshot(
      StepContext context,
      Connection connection,
      Staging place,
      String base,
      ExportedPartition subject,
      DatabaseIdentity identity)
      throws SQLException {
    CopySession.beginExport(connection);
    List<Column> columns =
        TableDefinition.columns(connection, subject.oid()).stream()
            .map(TableDefinition.Known::column)
            .toList();
    if (columns.isEmpty()) {
      throw new SQLException(subject.partition() + " no longer exists");
    }
    Manifest empty = manifest(connection, subject, identity, columns, context);
    long counted = Sql.number(connection, "select count(*) from " + subject.partition().sql());
    try (PartsWriter writer = new PartsWriter(place, base, partBytes)) {
      String copy =
          "copy (select %s from %s) to stdout"
              .formatted(TableDefinition.names(empty.stored()), subject.partition().sql());
      long rows = copy(context, connection, copy, writer, subject, counted);
      List<Part> parts = writer.finish();
      if (rows != counted) {
        throw new ExportException(
            "%s has %d rows, but %d were written".formatted(subject.partition(), counted, rows));
      }
      return filled(empty, rows, writer.rowBytes(), parts);
    } catch (IOException e) {
      throw ExportException.failed(e);
    }
  }

  private static long copy(
      StepContext context,
      Connection connection,
      String sql,
      PartsWriter writer,
      ExportedPartition subject,
      long counted)
      throws SQLException, IOException {
    String what = "rows of " + subject.partition() + " exported";
    CopyOut out = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql);
    try {
      long rows = 0;
      for (byte[] row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
        writer.row(row);
        if (++rows % ROWS_BETWEEN_LOOKS == 0) {
          context.checkNotEnded();
          context.progress(what, rows, counted);
        }
      }
      context.progress(what, rows, counted);
      return rows;
    } finally {
      if (out.isActive()) {
        out.cancelCopy();
      }
    }
  }

  private static void reread(Staging place, String base, Manifest manifest, URI to)
      throws IOException {
    String folder = base.substring(0, base.indexOf('/') + 1);
    for (Part part : manifest.parts()) {
      String key = folder + part.file();
      long size = place.size(key);
      if (size != part.bytes()) {
        throw new ExportException(
            "%s has %d bytes after %d were written; the storage lost some"
                .formatted(uri(to, key), size, part.bytes()));
      }
      try (PartVerifier check =
          new PartVerifier(part, uri(to, folder).toString(), place.open(key))) {
        check.verify();
      }
    }
  }

  private static Manifest manifest(
      Connection connection,
      ExportedPartition subject,
      DatabaseIdentity identity,
      List<Column> columns,
      StepContext context)
      throws SQLException {
    String key =
        text(
            connection,
            "select pg_get_partkeydef(%s::regclass)"
                .formatted(SqlNames.literal(subject.parent().sql())));
    return new Manifest(
        Manifest.VERSION,
        Manifest.FORMAT,
        identity.database(),
        identity.server(),
        text(connection, "show server_version"),
        context.clock().instant(),
        subject.parent().schema(),
        subject.parent().name(),
        subject.partition().schema(),
        subject.partition().name(),
        subject.oid(),
        key,
        subject.lower(),
        subject.upper(),
        columns,
        0,
        0,
        List.of(),
        TableDefinition.ddl(connection, subject.oid()));
  }

  private static Manifest filled(Manifest m, long rows, long rowBytes, List<Part> parts) {
    return new Manifest(
        m.sluiceExport(),
        m.format(),
        m.database(),
        m.server(),
        m.postgres(),
        m.exportedAt(),
        m.schema(),
        m.parent(),
        m.partitionSchema(),
        m.partition(),
        m.oid(),
        m.partitionKey(),
        m.lower(),
        m.upper(),
        m.columns(),
        rows,
        rowBytes,
        parts,
        m.ddl());
  }

  private static String text(Connection connection, String sql) throws SQLException {
    return Sql.one(connection, sql, row -> row.getString(1));
  }
}
