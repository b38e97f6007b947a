package io.sluice.pgtask.export;

import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingSettings;
import io.sluice.core.staging.Stagings;
import java.io.IOException;
import java.net.URI;

/** Opens the directories and buckets that partitions are exported to. */
public final class ExportLocations {

  private final StagingSettings.S3 s3;

  /**
   * @param s3 how buckets are reached: as those of staging are
   */
  public ExportLocations(StagingSettings.S3 s3) {
    this.s3 = s3;
  }

  /**
   * Opens a place to write to; a directory is made if it is missing.
   *
   * @param place {@code file:///directory} or {@code s3://bucket/prefix}
   * @throws ExportException when it cannot be reached
   */
  Staging open(URI place) throws ExportException {
    try {
      return Stagings.open(new StagingSettings(place, StagingSettings.UNLIMITED, 0, s3));
    } catch (IOException | IllegalArgumentException e) {
      throw new ExportException(place + " cannot be opened: " + e.getMessage(), e);
    }
  }

  /** Opens a folder to read from, which stays as it is. */
  ExportFolder folder(URI folder) throws ExportException {
    return "file".equals(folder.getScheme())
        ? new ExportFolder.Directory(folder)
        : new ExportFolder.Bucket(open(folder), folder);
  }
}
