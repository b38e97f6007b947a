package io.sluice.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The user PostgreSQL's programs run as: they refuse root. An ordinary user runs them as is; root
 * enters a user namespace in which it is nobody or, where those are forbidden (many containers),
 * becomes the user nobody for good, who then must own the files.
 */
enum ServerUser {
  SELF(""),
  NAMESPACE("unshare --user"),
  NOBODY("setpriv --reuid=65534 --regid=65534 --clear-groups");

  private final String prefix;

  ServerUser(String prefix) {
    this.prefix = prefix;
  }

  static ServerUser detect() {
    if (!"root".equals(System.getProperty("user.name"))) {
      return SELF;
    }
    for (ServerUser user : List.of(NAMESPACE, NOBODY)) {
      if (user.works()) {
        return user;
      }
    }
    throw new EmbeddedException(
        "PostgreSQL does not run as root, and neither unshare nor setpriv (package util-linux) "
            + "works here; start this as another user");
  }

  private boolean works() {
    try {
      return Programs.run(command(List.of("true"))).succeeded();
    } catch (IOException e) {
      return false; // not installed
    }
  }

  List<String> command(List<String> program) {
    List<String> command = new ArrayList<>(program);
    if (!prefix.isEmpty()) {
      command.addAll(0, List.of(prefix.split(" ", -1)));
    }
    return command;
  }

  /** Hands a directory tree over to the user, where that is needed. */
  void own(Path directory) throws IOException {
    if (this != NOBODY) {
      return;
    }
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.toList()) {
        Files.setAttribute(path, "unix:uid", 65534, LinkOption.NOFOLLOW_LINKS);
      }
    }
  }
}
