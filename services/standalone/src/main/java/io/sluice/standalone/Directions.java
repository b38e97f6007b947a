package io.sluice.standalone;

import io.sluice.embedded.EmbeddedPostgres;
import java.nio.file.Path;

/** Tells a person where everything of a running deployment is. */
record Directions(
    Deployment deployment, EmbeddedPostgres postgres, String database, int httpPort, int amqpPort) {

  String text() {
    PlaceOptions options = deployment.places();
    return """
        Look inside:
          %13$s status                 what is waiting, what failed
          %13$s task history           what was done to partitions and tables
          %13$s sql 'select * from sluice.reconciliation_hourly'
          PGPASSFILE=%1$s psql -h 127.0.0.1 -p %2$d -U %3$s %4$s
          JDBC  %5$s  (user %3$s, password in %6$s)
          HTTP  http://127.0.0.1:%7$d/actuator/health  and  /actuator/prometheus
          AMQP  127.0.0.1:%8$d
          data  %9$s, feeds %10$s, tasks %12$s,
                log %11$s
        """
        .formatted(
            postgres.passwordFile(),
            postgres.port(),
            EmbeddedPostgres.USER,
            database,
            postgres.jdbcUrl(database),
            new ConnectionFile(options.data()).path(),
            httpPort,
            amqpPort,
            options.data(),
            options.feeds(),
            deployment.log(),
            options.tasks(),
            sluice());
  }

  /** With the address, where the command would find another deployment first, or none. */
  private String sluice() {
    Path data = deployment.places().data();
    boolean here = data.equals(Path.of(".sluice").toAbsolutePath().normalize());
    if (here && System.getenv("SLUICE_DATABASE_URL") == null) {
      return "bin/sluice";
    }
    return "bin/sluice --url %s --user %s --password-file %s"
        .formatted(
            postgres.jdbcUrl(database), EmbeddedPostgres.USER, data.resolve("postgres/password"));
  }
}
