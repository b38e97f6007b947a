package io.sluice.simulator;

import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;

/** Names of performance files (TS 32.432, annex A): type A, one element and one period. */
final class FileNames {
  private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyyMMdd");
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HHmmxx");

  private final Network network;
  private final Output output;

  FileNames(Network network, Output output) {
    this.network = network;
    this.output = output;
  }

  /**
   * Where a file goes.
   *
   * @param end end of the period, by the element's clock
   * @param runningCount of equally named files; from 2 on part of the name
   */
  Path path(int gnb, Instant end, String folder, int runningCount) {
    OffsetDateTime from = end.minus(network.period()).atOffset(network.zone());
    OffsetDateTime to = end.atOffset(network.zone());
    boolean sameDay = from.toLocalDate().equals(to.toLocalDate());
    String name =
        "A%s.%s-%s%s_%s%s.xml%s"
            .formatted(
                DAY.format(from),
                TIME.format(from),
                sameDay ? "" : DAY.format(to) + ".",
                TIME.format(to),
                Network.element(gnb),
                runningCount > 1 ? "_-_" + runningCount : "",
                output.gzip() ? ".gz" : "");
    Path directory = output.directory().resolve(folder);
    return (output.byDay() ? directory.resolve(DAY.format(from)) : directory).resolve(name);
  }
}
