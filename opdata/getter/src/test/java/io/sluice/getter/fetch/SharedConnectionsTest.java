package io.sluice.getter.fetch;

import io.sluice.getter.source.TestSftpServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class SharedConnectionsTest extends SharedConnectionsContract {

  private TestSftpServer server;

  @BeforeEach
  void start() throws Exception {
    server = new TestSftpServer();
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @Override
  String sftp(Path directory) throws IOException {
    return """
        hosts: ["127.0.0.1:%d"]
        user: pm
        password: ${file:%s}
        knownHosts: %s
        path: %s/*.xml
        """
        .formatted(
            server.port(),
            Files.writeString(dir.resolve("password"), "right"),
            server.knownHosts(dir.resolve("known_hosts")),
            directory);
  }
}
