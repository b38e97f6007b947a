package io.sluice.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveRunTest {
  private static final Instant END = Instant.parse("2026-11-20T09:30:00Z");

  @TempDir Path directory;

  @Test
  void writesPeriodAfterPeriod_untilInterrupted() {
    Network network = Network.of(2, 1, 3, List.of("NRCellDU"), 1);
    List<WrittenFile> written = new ArrayList<>();
    Simulator simulator =
        new Simulator(network, Mishaps.NONE, Output.to(directory), Clock.systemUTC(), written::add);
    List<Instant> ends = new ArrayList<>();

    assertThatThrownBy(
            () ->
                new LiveRun(simulator, network, Clock.systemUTC(), 100_000)
                    .after(END, end -> interruptAfterThree(ends, end)))
        .isInstanceOf(InterruptedException.class);

    assertThat(ends)
        .containsExactly(END.plusSeconds(900), END.plusSeconds(1800), END.plusSeconds(2700));
    assertThat(written).hasSize(6);
  }

  private static void interruptAfterThree(List<Instant> ends, Instant end) {
    ends.add(end);
    if (ends.size() == 3) {
      Thread.currentThread().interrupt();
    }
  }
}
