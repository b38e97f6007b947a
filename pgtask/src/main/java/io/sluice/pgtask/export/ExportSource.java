package io.sluice.pgtask.export;

import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.expired.ExpiredLedger;
import io.sluice.pgtask.task.RestoreSpec;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Optional;

/**
 * A finished export, found and looked at.
 *
 * @param folder with its parts
 * @param ledgerId its row in sluice.expired_partition, if that knows it
 */
record ExportSource(URI folder, Manifest manifest, Optional<Long> ledgerId) {

  /**
   * Finds an export and proves that its manifest is the one that was written and its parts have
   * their lengths.
   *
   * @throws ExportException in a sentence, if there is none or it is not whole
   */
  static ExportSource find(
      RestoreSpec spec, String database, ExpiredLedger ledger, ExportLocations places)
      throws IOException {
    Optional<ExpiredLedger.Export> known = known(spec, database, ledger);
    URI manifest = spec.manifest().orElseGet(() -> known.orElseThrow().manifest());
    int end = manifest.toString().lastIndexOf('/') + 1;
    URI folder = URI.create(manifest.toString().substring(0, end));
    String name = manifest.toString().substring(end);
    if (folder.getScheme() == null) {
      throw new ExportException(
          manifest + " is not a location; write file:///directory/….json or s3://bucket/….json");
    }
    try (ExportFolder files = places.folder(folder)) {
      ManifestFile.Read read = read(files, name, manifest);
      if (known.isPresent() && !read.sha256().equals(known.get().sha256())) {
        throw new ExportException(
            "%s was damaged or replaced: its SHA-256 is %s, sluice.expired_partition says %s"
                .formatted(manifest, read.sha256(), known.get().sha256()));
      }
      checkLengths(files, folder, read.manifest());
      return new ExportSource(folder, read.manifest(), known.map(ExpiredLedger.Export::id));
    }
  }

  private static Optional<ExpiredLedger.Export> known(
      RestoreSpec spec, String database, ExpiredLedger ledger) throws ExportException {
    if (spec.manifest().isPresent()) {
      return ledger.export(spec.manifest().get());
    }
    TableName partition = TableName.parse(spec.partition().orElseThrow());
    Optional<ExpiredLedger.Export> known = ledger.lastExport(partition);
    if (known.isEmpty()) {
      throw new ExportException(
          ("no export of %s is known in sluice.expired_partition of database %s; name its manifest,"
                  + " such as s3://bucket/prefix/….json")
              .formatted(partition, database));
    }
    return known;
  }

  private static ManifestFile.Read read(ExportFolder files, String name, URI manifest)
      throws IOException {
    if (!ExportKeys.isFileName(name)) {
      throw new ExportException(manifest + " is not the name of a manifest, which ends in .json");
    }
    try (InputStream in = files.open(name)) {
      return ManifestFile.read(in, manifest.toString());
    }
  }

  private static void checkLengths(ExportFolder files, URI folder, Manifest manifest)
      throws IOException {
    for (Manifest.Part part : manifest.parts()) {
      long size = files.size(part.file());
      if (size != part.bytes()) {
        throw new ExportException(
            "%s%s was truncated or replaced: it has %d bytes, the manifest says %d"
                .formatted(folder, part.file(), size, part.bytes()));
      }
    }
  }
}
