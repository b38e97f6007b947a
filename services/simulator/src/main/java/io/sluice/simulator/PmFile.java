package io.sluice.simulator;

import java.time.Instant;

/**
 * What one file holds.
 *
 * @param version 1, and one more with each correction
 */
record PmFile(int gnb, Instant end, int version, Distortion distortion) {

  PmFile version(int number) {
    return new PmFile(gnb, end, number, distortion);
  }
}
