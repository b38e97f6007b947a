package io.sluice.getter.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RateLimiterTest {

  private long now = 5;
  private final RateLimiter limiter = new RateLimiter(() -> now);

  @Test
  void letsEachWaitForAllBeforeIt() {
    assertThat(limiter.take(500, 1_000)).isEqualTo(Duration.ofMillis(500));
    assertThat(limiter.take(500, 1_000)).isEqualTo(Duration.ofSeconds(1));
    now += 1_000_000_000L;
    assertThat(limiter.take(100, 1_000)).isEqualTo(Duration.ofMillis(100));
  }

  @Test
  void savesNothingUp_whileNoOneReads() {
    now += 60_000_000_000L;
    assertThat(limiter.take(1_000, 1_000)).isEqualTo(Duration.ofSeconds(1));
  }
}
