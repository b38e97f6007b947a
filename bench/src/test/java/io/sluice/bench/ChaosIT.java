package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sluice.testkit.PrivateRabbit;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small run of bin/chaos over the services as this build made them. */
@Tag("long")
class ChaosIT {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @TempDir Path directory;

  @Test
  void losesAndDoublesNothing_whenEverythingIsKilled() {
    assumeThat(PrivateRabbit.isInstalled()).as("RabbitMQ is installed").isTrue();
    assumeThat(ROOT.resolve("services/loader/target/lib"))
        .as("the services are packaged: run this by bin/test --full")
        .matches(Files::isDirectory);

    int exit =
        Chaos.execute("--files", "200", "--root", ROOT.toString(), "--dir", directory.toString());

    assertThat(exit).isZero();
  }
}
