package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.junit.jupiter.api.Test;

/** A small run of bin/partman-bench. */
class PartmanIT {

  @Test
  void endsEqual_whenBothRotateTheSameTables() {
    assumeThat(DebianCluster.isInstalled())
        .as("Debian's postgresql-15-partman is installed")
        .isTrue();
    assertThat(PartmanBench.execute("--tables", "4", "--days", "6", "--rotations", "3")).isZero();
  }
}
