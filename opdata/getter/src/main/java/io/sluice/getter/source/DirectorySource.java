package io.sluice.getter.source;

import java.util.List;

/** Files in a directory of this machine. */
final class DirectorySource implements Source {

  private final BaseDirectory base;

  DirectorySource(BaseDirectory base) {
    this.base = base;
  }

  @Override
  public String host() {
    return LOCAL;
  }

  @Override
  public List<String> servers() {
    return List.of(LOCAL);
  }

  @Override
  public SourceSession connect(Purpose purpose) {
    return new DirectorySession(base);
  }

  @Override
  public SourceSession connect(Purpose purpose, String server) {
    return connect(purpose);
  }
}
