package io.sluice.core.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CounterFilterTest {

  @Test
  void takesEverything_whenNothingIsSaid() {
    CounterFilter filter = CounterFilter.of(List.of(), List.of());
    assertThat(filter.includes("PM=1,PmGroup=X", "a.b")).isTrue();
  }

  @Test
  void takesCounter_whenIncludedAndNotExcluded() {
    CounterFilter filter = CounterFilter.of(List.of("NRCellDU/*"), List.of("*/pmDebug*"));
    assertThat(filter.includes("NRCellDU", "pmRrc")).isTrue();
    assertThat(filter.includes("NRCellDU", "pmDebug1")).isFalse();
    assertThat(filter.includes("NRCellCU", "pmRrc")).isFalse();
  }

  @Test
  void leavesGroupOut_whenGlobHasNoSlash() {
    CounterFilter filter = CounterFilter.of(List.of("{A,B}"), List.of("B"));
    assertThat(filter.includes("A", "x")).isTrue();
    assertThat(filter.includes("B", "x")).isFalse();
  }

  @Test
  void partsAtTheLastSlash_whenGroupHasOne() {
    CounterFilter filter = CounterFilter.of(List.of("PM/1/x*"), List.of());
    assertThat(filter.includes("PM/1", "x1")).isTrue();
    assertThat(filter.includes("PM", "1/x1")).isFalse();
  }
}
