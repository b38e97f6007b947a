package io.sluice.standalone;

import io.sluice.embedded.EmbeddedException;
import io.sluice.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** By which bin/sluice finds the database of a running or stopped standalone; for its user only. */
record ConnectionFile(Path data) {

  Path path() {
    return data.resolve("connection.properties");
  }

  void write(EmbeddedPostgres postgres, String database, Path staging, Path feeds, Path tasks) {
    String content =
        """
        url=%s
        user=%s
        password=%s
        staging=%s
        feeds=%s
        tasks=%s
        """
            .formatted(
                postgres.jdbcUrl(database),
                EmbeddedPostgres.USER,
                postgres.password(),
                staging,
                feeds,
                tasks);
    try {
      Files.deleteIfExists(path());
      Files.createFile(
          path(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(path(), content);
    } catch (IOException e) {
      throw new EmbeddedException("cannot write " + path() + ": " + e.getMessage(), e);
    }
  }
}
