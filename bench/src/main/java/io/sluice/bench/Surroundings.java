package io.sluice.bench;

import io.sluice.core.ledger.LedgerSchema;
import io.sluice.embedded.EmbeddedPostgres;
import io.sluice.testkit.PrivateRabbit;
import io.sluice.testkit.RabbitPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.sql.DataSource;

/**
 * What the services stand on: a durable PostgreSQL, a RabbitMQ node and directories of their own.
 */
final class Surroundings implements AutoCloseable {
  static final String DATABASE = "warehouse";

  private final Path directory;
  private final EmbeddedPostgres postgres;
  private final PrivateRabbit rabbit;

  private Surroundings(Path directory, EmbeddedPostgres postgres, PrivateRabbit rabbit) {
    this.directory = directory;
    this.postgres = postgres;
    this.rabbit = rabbit;
  }

  static Surroundings start(Path directory, RabbitPrograms rabbit) throws IOException {
    for (String name : new String[] {"pm", "feeds", "staging", "logs"}) {
      Files.createDirectories(directory.resolve(name));
    }
    EmbeddedPostgres postgres = EmbeddedPostgres.startPersistent(directory.resolve("postgres"), 0);
    postgres.createDatabase(DATABASE);
    LedgerSchema.migrate(postgres.dataSource(DATABASE));
    return new Surroundings(directory, postgres, PrivateRabbit.start(rabbit));
  }

  Path files() {
    return directory.resolve("pm");
  }

  Path feeds() {
    return directory.resolve("feeds");
  }

  Path staging() {
    return directory.resolve("staging");
  }

  Path log(String name) {
    return directory.resolve("logs").resolve(name + ".log");
  }

  EmbeddedPostgres postgres() {
    return postgres;
  }

  DataSource database() {
    return postgres.dataSource(DATABASE);
  }

  PrivateRabbit rabbit() {
    return rabbit;
  }

  @Override
  public void close() {
    rabbit.close();
    postgres.close();
  }
}
