package io.sluice.core.yaml;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The files of a directory that are documents. */
public final class DocumentFiles {

  private static final String GLOB = "*.{yaml,yml}";

  private DocumentFiles() {}

  /**
   * The documents of a directory by name, without hidden files; or the one file.
   *
   * @throws IOException if there is no such directory or file
   */
  public static List<Path> list(Path directoryOrFile) throws IOException {
    if (!Files.exists(directoryOrFile)) {
      throw new NoSuchFileException(directoryOrFile.toString());
    }
    if (!Files.isDirectory(directoryOrFile)) {
      return List.of(directoryOrFile);
    }
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directoryOrFile, GLOB)) {
      for (Path entry : entries) {
        if (!entry.getFileName().toString().startsWith(".") && !Files.isDirectory(entry)) {
          files.add(entry);
        }
      }
    }
    Collections.sort(files);
    return files;
  }
}
