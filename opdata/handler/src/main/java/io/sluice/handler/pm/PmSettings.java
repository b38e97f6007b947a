package io.sluice.handler.pm;

import java.time.ZoneId;
import java.util.List;

/**
 * How a measurement file is read.
 *
 * @param filter the counters wanted
 * @param zone for times without one
 * @param fileName names the element where the content does not
 */
public record PmSettings(CounterFilter filter, ZoneId zone, String fileName) {

  /** Everything, times without a zone in UTC. */
  public static PmSettings all(String fileName) {
    return new PmSettings(new CounterFilter(List.of(), List.of()), ZoneId.of("UTC"), fileName);
  }
}
