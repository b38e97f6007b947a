package io.sluice.pgtask.maintenance;

import io.sluice.pgtask.TaskFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A reader and a writer of a table (a int, b text), until they are stopped or fail. */
final class Traffic {

  private final TaskFixture fixture;
  private final CompletableFuture<Void> reader;
  private final CompletableFuture<Void> writer;
  private volatile boolean stopped;

  Traffic(TaskFixture fixture, String table) {
    this.fixture = fixture;
    this.reader = loop("select count(*), max(b) from " + table);
    this.writer =
        loop(
            "insert into %1$s values (-1, 'x'); update %1$s set b = 'y' where a = -1; delete from %1$s where a = -1"
                .formatted(table));
  }

  private CompletableFuture<Void> loop(String sql) {
    return CompletableFuture.runAsync(
        () -> {
          try (Connection connection = fixture.database.dataSource().getConnection();
              Statement statement = connection.createStatement()) {
            while (!stopped) {
              statement.execute(sql);
            }
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  /** Fails if one of them did. */
  void stop() throws InterruptedException, ExecutionException, TimeoutException {
    stopped = true;
    reader.get(30, TimeUnit.SECONDS);
    writer.get(30, TimeUnit.SECONDS);
  }
}
