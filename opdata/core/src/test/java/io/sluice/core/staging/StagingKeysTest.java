package io.sluice.core.staging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class StagingKeysTest {

  private static final Instant FOUND = Instant.parse("2026-11-20T23:59:59Z");

  @Test
  void putsObjectsUnderFeedDayAndHour() {
    assertThat(StagingKeys.raw("nr-pm", FOUND, 17)).isEqualTo("raw/nr-pm/20261120/23/17");
    assertThat(StagingKeys.chunk("nr-pm", FOUND, 17, 2, 3))
        .isEqualTo("chunk/nr-pm/20261120/23/17-2-3");
  }

  @Test
  void readsFileAndHourBack() {
    assertThat(StagingKeys.fileId("raw/nr-pm/20261120/23/17")).isEqualTo(17);
    assertThat(StagingKeys.fileId("chunk/nr-pm/20261120/23/17-2-3")).isEqualTo(17);
    assertThat(StagingKeys.hourOf("raw/nr-pm/20261120/23/"))
        .isEqualTo(Instant.parse("2026-11-20T23:00:00Z"));
  }

  @Test
  void refuses_whenKeyIsForeign() {
    assertThatIllegalArgumentException().isThrownBy(() -> StagingKeys.fileId("raw/a/b/c/x.txt"));
    assertThatIllegalArgumentException().isThrownBy(() -> StagingKeys.hourOf("raw/a/20261120/"));
    assertThatIllegalArgumentException().isThrownBy(() -> StagingKeys.hourOf("raw/a/x/y/"));
  }
}
