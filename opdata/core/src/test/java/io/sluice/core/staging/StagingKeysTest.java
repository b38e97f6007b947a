package io.sluice.core.staging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sluice.core.ids.Tokens;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class StagingKeysTest {

  private static final long TOKEN = Tokens.of(Instant.parse("2026-11-20T23:59:59Z"), 17);

  @Test
  void putsObjectsUnderFeedDayAndHour() {
    assertThat(StagingKeys.raw("nr-pm", TOKEN)).isEqualTo("raw/nr-pm/20261120/23/" + TOKEN);
    assertThat(StagingKeys.chunk("nr-pm", TOKEN, 3))
        .isEqualTo("chunk/nr-pm/20261120/23/" + TOKEN + "-3");
  }

  @Test
  void readsTokenAndHourBack() {
    assertThat(StagingKeys.token(StagingKeys.raw("nr-pm", TOKEN))).isEqualTo(TOKEN);
    assertThat(StagingKeys.token(StagingKeys.chunk("nr-pm", TOKEN, 3))).isEqualTo(TOKEN);
    assertThat(StagingKeys.hourOf("raw/nr-pm/20261120/23/"))
        .isEqualTo(Instant.parse("2026-11-20T23:00:00Z"));
  }

  @Test
  void refuses_whenKeyIsForeign() {
    assertThatIllegalArgumentException().isThrownBy(() -> StagingKeys.token("raw/a/b/c/x.txt"));
    assertThatIllegalArgumentException().isThrownBy(() -> StagingKeys.hourOf("raw/a/20261120/"));
    assertThatIllegalArgumentException().isThrownBy(() -> StagingKeys.hourOf("raw/a/x/y/"));
  }
}
