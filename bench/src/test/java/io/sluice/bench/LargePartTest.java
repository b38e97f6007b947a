package io.sluice.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.embedded.EmbeddedPostgres;
import io.sluice.simulator.Network;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LargePartTest {

  @TempDir Path directory;

  @Test
  void readsEveryCell_inEachForm() throws Exception {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    try (EmbeddedPostgres postgres =
        EmbeddedPostgres.startPersistent(directory.resolve("postgres"), 0)) {
      HandlerBench bench = new HandlerBench(Path.of("..").toRealPath(), postgres, directory, "64m");
      Network network = Network.of(1, 12, 40, List.of("NRCellDU"), 42);
      boolean right =
          new LargePart(bench, directory, 1_000_000, new PrintStream(said, true, UTF_8))
              .run(network, Clock.systemUTC());
      assertThat(right).as(said.toString(UTF_8)).isTrue();
    }
  }
}
