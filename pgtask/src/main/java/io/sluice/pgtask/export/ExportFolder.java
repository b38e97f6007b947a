package io.sluice.pgtask.export;

import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingObjectMissing;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The folder that holds the files of an export, read only. */
sealed interface ExportFolder extends AutoCloseable {

  /**
   * @throws ExportException if there is no such file
   */
  InputStream open(String name) throws IOException;

  /** Bytes. */
  long size(String name) throws IOException;

  @Override
  void close();

  /** Files of a directory. */
  record Directory(URI folder) implements ExportFolder {

    @Override
    public InputStream open(String name) throws IOException {
      try {
        return Files.newInputStream(Path.of(folder).resolve(name));
      } catch (NoSuchFileException e) {
        throw new ExportException("there is no file " + folder + name, e);
      }
    }

    @Override
    public long size(String name) throws IOException {
      try {
        return Files.size(Path.of(folder).resolve(name));
      } catch (NoSuchFileException e) {
        throw new ExportException("there is no file " + folder + name, e);
      }
    }

    @Override
    public void close() {
      // holds nothing open
    }
  }

  /** Objects below a prefix. */
  record Bucket(Staging objects, URI folder) implements ExportFolder {

    @Override
    public InputStream open(String name) throws IOException {
      try {
        return objects.open(name);
      } catch (StagingObjectMissing e) {
        throw new ExportException("there is no object " + folder + name, e);
      }
    }

    @Override
    public long size(String name) throws IOException {
      try {
        return objects.size(name);
      } catch (StagingObjectMissing e) {
        throw new ExportException("there is no object " + folder + name, e);
      }
    }

    @Override
    public void close() {
      objects.close();
    }
  }
}
