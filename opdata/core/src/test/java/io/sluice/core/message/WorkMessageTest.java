package io.sluice.core.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkMessageTest {

  @Test
  void readsWhatItWrote() {
    WorkMessage message = new WorkMessage(Stage.LOAD, "nr-pm", 1L << 53, true);
    assertThat(WorkMessage.parse(message.toJson())).isEqualTo(message);
    assertThat(message.queue()).isEqualTo("sluice.load.bulk");
    assertThat(Stage.of("settle").deadQueue()).isEqualTo("sluice.settle.dead");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{", "[]", "{\"stage\":\"X\"}", "{\"stage\":\"LOAD\",\"feed\":\"f\"}", "null"})
  void saysSo_whenTheBodyIsSomethingElse(String body) {
    assertThatThrownBy(() -> WorkMessage.parse(body.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("work message");
  }
}
