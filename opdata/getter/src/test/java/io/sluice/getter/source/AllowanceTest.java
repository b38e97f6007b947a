package io.sluice.getter.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AllowanceTest {

  private long now = 1;
  private final Allowance allowance = new Allowance(() -> now);

  @Test
  void keepsToWhatTheServerAccepted_andTriesOneMoreEachMinute() {
    assertThat(allowance.of(4)).isEqualTo(4);
    allowance.refused(1, new SourceRefused("refused", null));
    assertThat(allowance.of(4)).isEqualTo(1);
    assertThat(allowance.refusal()).isEqualTo("refused");
    now += TimeUnit.SECONDS.toNanos(59);
    assertThat(allowance.of(4)).isEqualTo(1);
    now += TimeUnit.SECONDS.toNanos(1);
    assertThat(allowance.of(4)).isEqualTo(2);
    now += TimeUnit.MINUTES.toNanos(5);
    assertThat(allowance.of(4)).isEqualTo(4);
    assertThat(allowance.refusal()).isEmpty();
  }
}
