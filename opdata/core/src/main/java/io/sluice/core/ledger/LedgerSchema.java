package io.sluice.core.ledger;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** Creates and upgrades schema {@code sluice}; concurrent starts wait for each other. */
public final class LedgerSchema {

  private LedgerSchema() {}

  public static void migrate(DataSource dataSource) {
    Flyway.configure(LedgerSchema.class.getClassLoader())
        .dataSource(dataSource)
        .schemas("sluice")
        .defaultSchema("sluice")
        .createSchemas(true)
        .table("migration")
        .locations("classpath:io/sluice/core/ledger/migration")
        .connectRetries(10)
        .load()
        .migrate();
  }
}
