package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** A small run of bin/sftp-bench. */
@EnabledIf("io.sluice.testkit.PrivateSshd#isInstalled")
class SftpBenchIT {

  @Test
  void bringsTheSameBytes_byEveryWay(@TempDir Path directory) {
    assertThat(SftpBench.execute("--files", "100", "--dir", directory.toString())).isZero();
  }
}
