package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ProgramsTest {

  @Test
  void everyJvmHasTheOptionsOfAll() {
    assertThat(Programs.java(Path.of("/sluice"), "cli", Programs.SHORT_LIVED, "Main", "status"))
        .contains("@/sluice/services/jvm.options")
        .endsWith("Main", "status");
  }
}
