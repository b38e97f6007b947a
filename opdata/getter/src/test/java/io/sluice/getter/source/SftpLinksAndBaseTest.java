package io.sluice.getter.source;

import io.sluice.core.feed.HostPort;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class SftpLinksAndBaseTest extends SourceContract {

  private final Sources sources = new Sources();
  private TestSftpServer server;

  @BeforeEach
  void start() throws Exception {
    server = new TestSftpServer();
  }

  @AfterEach
  void stop() throws IOException {
    sources.close();
    server.close();
  }

  @Override
  Source source() {
    return new TestOrigin(dir, new HostPort("127.0.0.1", server.port()))
        .source(sources, path(base));
  }

  @Override
  String path(Path file) {
    return file.toString();
  }
}
