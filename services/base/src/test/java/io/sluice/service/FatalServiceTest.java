package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.embedded.EmbeddedBroker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In a process of its own: an Error that ends a thread of a service ends the service. */
class FatalServiceTest {

  @ParameterizedTest
  @ValueSource(strings = {"loop", "pool", "schedule"})
  void endsWithItsExitCodeAndALine_whenAnErrorEnds(String what) throws Exception {
    assertFatal(run(what));
  }

  @Test
  void endsWithItsExitCodeAndALine_whenAnErrorEndsAConsumersWork() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.startOnFreePort()) {
      assertFatal(run("consumer", broker.uri()));
    }
  }

  @Test
  void goesOn_whenALoopOverflowsItsStack() throws Exception {
    Run run = run("well");
    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(run.output()).contains("well failed and will be tried again");
  }

  private static void assertFatal(Run run) {
    assertThat(run.exitCode()).as(run.output()).isEqualTo(70);
    assertThat(run.output())
        .contains("the process ends with exit code 70", "NoClassDefFoundError: on purpose");
  }

  private record Run(int exitCode, String output) {}

  private static Run run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path")));
    command.add(FatalService.class.getName());
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), output);
  }
}
