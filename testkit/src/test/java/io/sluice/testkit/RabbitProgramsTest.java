package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.embedded.EmbeddedException;
import org.junit.jupiter.api.Test;

class RabbitProgramsTest {
  @Test
  void saysWhatThereIs_whenTheNameIsUnknown() {
    assertThatThrownBy(() -> RabbitPrograms.named("5"))
        .isInstanceOf(EmbeddedException.class)
        .hasMessage("no RabbitMQ \"5\"; there are system and 4");
  }
}
