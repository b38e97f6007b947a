package io.sluice.getter.source;

import io.sluice.testkit.PrivateSshd;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIf;

/** Links and base directories on OpenSSH with its default settings. */
@EnabledIf("io.sluice.testkit.PrivateSshd#isInstalled")
class OpenSshSourceIT extends SourceContract {

  private static PrivateSshd sshd;
  private final Sources sources = new Sources();

  @BeforeAll
  static void start() {
    sshd = PrivateSshd.start();
  }

  @AfterAll
  static void stop() {
    sshd.close();
  }

  @AfterEach
  void close() {
    sources.close();
  }

  @Override
  Source source() {
    return new TestOrigin(sshd).source(sources, path(base));
  }

  @Override
  String path(Path file) {
    return file.toString();
  }
}
