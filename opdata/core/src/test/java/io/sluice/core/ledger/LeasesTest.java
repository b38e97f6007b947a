package io.sluice.core.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.work.WorkFixture;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeasesTest {

  private final WorkFixture ledger = new WorkFixture();
  private final Leases a = new Leases(ledger.transactions, "a");
  private final Leases b = new Leases(ledger.transactions, "b");

  @Test
  void holdsForOneOwner_untilReleasedOrExpired() {
    assertThat(a.take("scan f", Duration.ofMinutes(1))).isTrue();
    assertThat(a.take("scan f", Duration.ofMinutes(1))).isTrue();
    assertThat(b.take("scan f", Duration.ofMinutes(1))).isFalse();
    assertThat(b.take("scan g", Duration.ofMinutes(1))).isTrue();
    b.release("scan f");
    assertThat(b.take("scan f", Duration.ofMinutes(1))).isFalse();
    a.release("scan f");
    assertThat(b.take("scan f", Duration.ofMinutes(1))).isTrue();
    ledger.execute("update sluice.lease set until = now() - interval '1 s'");
    assertThat(a.take("scan f", Duration.ofMinutes(1))).isTrue();
  }
}
