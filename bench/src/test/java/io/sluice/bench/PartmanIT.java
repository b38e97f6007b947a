package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A small run of bin/partman-bench. */
class PartmanIT {

  private static final DebianPackages SYSTEM = DebianPackages.ofSystem();

  @Test
  void endsEqual_whenBothRotateTheSameTables() throws IOException {
    assumeThat(SYSTEM.partman()).as("Debian's postgresql-15-partman is installed").isPresent();
    assertThat(PartmanBench.execute("--tables", "4", "--days", "6", "--rotations", "3")).isZero();
  }

  /** What the installed extension has, the page must speak of. */
  @Test
  void speaksOfEverything_thatPgPartmanHas() throws IOException {
    assumeThat(SYSTEM.partman()).isPresent();
    String page = Files.readString(Path.of("../docs/pg_partman.md"));
    String extension =
        Files.readString(
            Path.of("/usr/share/postgresql/15/extension")
                .resolve("pg_partman--%s.sql".formatted(SYSTEM.partman().orElseThrow())));
    List<String> names = new ArrayList<>();
    Matcher made =
        Pattern.compile("(?m)^CREATE (?:FUNCTION|PROCEDURE|TABLE|VIEW) (?:@extschema@\\.)?(\\w+)")
            .matcher(extension);
    while (made.find()) {
      names.add(made.group(1));
    }
    Matcher column =
        Pattern.compile("(?m)^    (?:, )?(\\w+) +(?:text|int|boolean)\\b", Pattern.CASE_INSENSITIVE)
            .matcher(extension.substring(0, extension.indexOf("CREATE TABLE @extschema@.custom")));
    while (column.find()) {
      names.add(column.group(1));
    }
    assertThat(names).hasSizeGreaterThan(90);
    assertThat(names.stream().filter(name -> !page.contains(name))).isEmpty();
  }
}
