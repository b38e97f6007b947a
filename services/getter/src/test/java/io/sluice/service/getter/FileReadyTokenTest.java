package io.sluice.service.getter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileReadyTokenTest {
  @TempDir private Path directory;

  @Test
  void refusesEverybodyAndNamesTheSetting_whenNoneIsConfigured() throws IOException {
    for (String none : new String[] {null, "", " "}) {
      FileReadyToken token = FileReadyToken.of(none, null);
      assertThat(token.refusal(null).orElseThrow()).contains("set sluice.getter.file-ready-token");
      assertThat(token.refusal("Bearer ")).isPresent();
      assertThat(token.refusal("Bearer null")).isPresent();
    }
  }

  @Test
  void letsPass_whoSendsTheToken() throws IOException {
    FileReadyToken token = FileReadyToken.of("s3cret", null);
    assertThat(token.refusal("Bearer s3cret")).isEmpty();
    assertThat(token.refusal("bearer  s3cret ")).isEmpty();
  }

  @Test
  void refuses_whoSendsAnotherOrNone() throws IOException {
    FileReadyToken token = FileReadyToken.of("s3cret", null);
    for (String other :
        new String[] {null, "", "s3cret", "Basic s3cret", "Bearer s3cre", "Bearer"}) {
      assertThat(token.refusal(other).orElseThrow()).contains("sluice.getter.file-ready-token");
    }
    assertThat(token.refusal("Bearer S3cret").orElseThrow()).doesNotContain("s3cret");
    assertThat(token).asString().doesNotContain("s3cret");
  }

  @Test
  void readsTheTokenFromAFile_withoutTheLineEnd() throws IOException {
    Path file = Files.writeString(directory.resolve("token"), "s3cret\n");
    assertThat(FileReadyToken.of(null, file).refusal("Bearer s3cret")).isEmpty();
  }

  @Test
  void saysWhatToSet_whenTheFileIsMissingOrEmptyOrOneTooMany() throws IOException {
    Path empty = Files.writeString(directory.resolve("empty"), "\n");
    assertThatThrownBy(() -> FileReadyToken.of("s3cret", empty)).hasMessageContaining("both set");
    assertThatThrownBy(() -> FileReadyToken.of(null, empty)).hasMessageContaining("is empty");
    assertThatThrownBy(() -> FileReadyToken.of(null, directory.resolve("none")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("sluice.getter.file-ready-token-file cannot be read");
  }
}
