package io.sluice.core.yaml;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Which file of a directory has a name that several claim: the one that had it before, if it still
 * claims it, else the first in the order of files.
 *
 * @param <R> what became of one file
 */
public final class NameOwners<R> {

  private final Map<Path, R> results;
  private final Function<R, Optional<String>> name;
  private final Map<String, Path> owners = new HashMap<>();

  /**
   * @param before what each file was called when it was last in effect
   * @param name of what is in a file; empty if nothing is
   */
  public NameOwners(
      Map<Path, R> results, Map<Path, String> before, Function<R, Optional<String>> name) {
    this.results = results;
    this.name = name;
    before.forEach(
        (file, had) -> {
          if (name(file).filter(had::equals).isPresent()) {
            owners.putIfAbsent(had, file);
          }
        });
    results.keySet().forEach(file -> name(file).ifPresent(n -> owners.putIfAbsent(n, file)));
  }

  private Optional<String> name(Path file) {
    return Optional.ofNullable(results.get(file)).flatMap(name);
  }

  /** The other file that has a file's name; empty if it is its own, or it has none. */
  public Optional<Path> other(Path file) {
    return name(file).map(owners::get).filter(owner -> !owner.equals(file));
  }
}
