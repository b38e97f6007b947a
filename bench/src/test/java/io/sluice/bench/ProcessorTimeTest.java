package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProcessorTimeTest {
  private static final Duration SOME = Duration.ofMillis(200);

  /** Runs programs until those that have ended took a quarter of a second of user time. */
  private static final String WORK =
      "until [ \"$(cut -d' ' -f16 /proc/$$/stat)\" -ge 25 ]; do :; done";

  @BeforeEach
  void needProc() {
    assumeThat(Path.of("/proc/self/stat")).matches(Files::exists);
  }

  @Test
  void countsEndedChildrenOfALivingProcess_whenTheyWorked() throws Exception {
    Process shell = new ProcessBuilder("sh", "-c", WORK + "; echo done; read line").start();
    try {
      assertThat(shell.inputReader().readLine()).isEqualTo("done");

      assertThat(ProcessorTime.ofTree(shell.pid())).isGreaterThanOrEqualTo(SOME);
    } finally {
      shell.destroyForcibly();
    }
  }

  @Test
  void countsEndedChildrenOfThisJvm_whenTheyWorked() throws Exception {
    Duration before = ProcessorTime.ofEndedChildren();

    new ProcessBuilder("sh", "-c", WORK).start().waitFor();

    assertThat(ProcessorTime.ofEndedChildren().minus(before)).isGreaterThanOrEqualTo(SOME);
  }

  @Test
  void saysSo_whenTheProcessHasEnded() throws Exception {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();

    assertThatThrownBy(() -> ProcessorTime.ofTree(ended.pid()))
        .isInstanceOf(IOException.class)
        .hasMessage("process " + ended.pid() + " has ended");
  }
}
