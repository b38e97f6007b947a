package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PrivateRabbitIT extends PrivateRabbitContract {
  private static PrivateRabbit rabbit;

  @BeforeAll
  static void start() {
    Optional<RabbitPrograms> programs = RabbitPrograms.ofSystem();
    assumeThat(programs).as("RabbitMQ is installed").isPresent();
    rabbit = PrivateRabbit.start(programs.get());
  }

  @AfterAll
  static void stop() {
    if (rabbit != null) {
      rabbit.close();
    }
  }

  @Override
  PrivateRabbit rabbit() {
    return rabbit;
  }

  @Test
  void saysTheVersionThatRuns_whenAsked() {
    assertThat(rabbit.rabbitmqctl("version").strip()).isEqualTo(rabbit.version());
  }
}
