package io.sluice.getter.fetch;

import io.sluice.testkit.PrivateSshd;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledIf;

/** On OpenSSH with its default settings. */
@EnabledIf("io.sluice.testkit.PrivateSshd#isInstalled")
class OpenSshFetchIT extends SharedConnectionsContract {

  private PrivateSshd sshd;

  @BeforeEach
  void start() {
    sshd = PrivateSshd.start();
  }

  @AfterEach
  void stop() {
    sshd.close();
  }

  @Override
  String sftp(Path directory) {
    return """
        hosts: ["127.0.0.1:%d"]
        user: %s
        key: ${file:%s}
        knownHosts: %s
        path: %s/*.xml
        """
        .formatted(sshd.port(), sshd.user(), sshd.key(), sshd.knownHosts(), directory);
  }
}
