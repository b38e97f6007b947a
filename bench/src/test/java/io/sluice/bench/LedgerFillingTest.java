package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.ledger.LedgerSchema;
import io.sluice.testkit.EmbeddedDatabase;
import org.junit.jupiter.api.Test;

class LedgerFillingTest {
  @Test
  void holdsSoManyClosedFiles_whenFilledTwiceAndNoneWhenEmptied() throws Exception {
    EmbeddedDatabase.Database database = EmbeddedDatabase.shared().createDatabase();
    LedgerSchema.migrate(database.dataSource());
    LedgerFilling filling = new LedgerFilling(database.dataSource());
    Ledger ledger = new Ledger(database.dataSource());

    filling.fillTo(280);
    assertThat(ledger.closed()).isEqualTo(280);
    filling.fillTo(2_800);
    assertThat(ledger.closed()).isEqualTo(2_800);
    assertThat(ledger.number("select count(distinct day) from sluice.file")).isEqualTo(28);
    assertThat(ledger.number("select count(*) from sluice.reconciliation where not exact"))
        .isZero();

    assertThat(
            ledger.strings(
                "update sluice.file set path = '/other' where path like '%/A1.xml.gz' returning 1"))
        .hasSize(28);
    filling.forgetOthers();
    assertThat(ledger.closed()).isEqualTo(2_772);

    filling.empty();
    assertThat(ledger.closed()).isZero();
  }
}
