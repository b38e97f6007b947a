package io.sluice.getter.dispatch;

import java.time.Duration;

/**
 * How batches are cut and how full the dispatcher keeps the stages.
 *
 * @param inFlight batches it keeps at each stage and lane; in a bulk lane a quarter of it
 * @param behind batches at the handler and loader above which nothing more is fetched
 * @param files most files of a batch
 * @param bytes most bytes of a batch; a larger file goes alone
 * @param age how long a batch that is not full may wait for more files
 * @param perHost batches fetched from one host at a time
 */
public record DispatchSettings(
    int inFlight, int behind, int files, long bytes, Duration age, int perHost) {

  /** 8 batches, 16 behind, 200 files, 8 MiB, 200 ms, 2 of one host. */
  public static final DispatchSettings DEFAULTS =
      new DispatchSettings(8, 16, 200, 8L << 20, Duration.ofMillis(200), 2);

  public DispatchSettings {
    if (inFlight < 1 || behind < 1 || files < 1 || bytes < 1 || perHost < 1) {
      throw new IllegalArgumentException(
          "getter.dispatch: in-flight, behind, files, bytes and per-host must be at least 1");
    }
  }

  int inFlight(boolean bulk) {
    return bulk ? Math.max(1, inFlight / 4) : inFlight;
  }
}
