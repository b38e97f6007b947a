package io.sluice.getter.archive;

import io.sluice.getter.source.Names;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Turns the names in an archive into paths that lead nowhere else, each used once. */
final class MemberNames {

  private static final int LONGEST = 1_000;

  private final Map<String, Integer> used = new HashMap<>();

  /** The member's path; empty if its name is absolute, climbs, or holds control characters. */
  Optional<String> path(String prefix, String name) {
    String plain = name.replace('\\', '/');
    if (!safe(plain)) {
      return Optional.empty();
    }
    String path = prefix + plain;
    int times = used.merge(path, 1, Integer::sum);
    return Optional.of(times == 1 ? path : path + "#" + times);
  }

  private static boolean safe(String name) {
    if (name.isEmpty() || name.length() > LONGEST || name.startsWith("/")) {
      return false;
    }
    if (name.matches("(?s)[A-Za-z]:.*") || !Names.printable(name).equals(name)) {
      return false;
    }
    for (String part : name.split("/", -1)) {
      if (part.equals("..")) {
        return false;
      }
    }
    return true;
  }
}
