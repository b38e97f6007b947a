package io.sluice.pgtask.task;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Bringing back an exported partition; asked for by a person, never declared.
 *
 * @param manifest URI of the export's manifest; or else
 * @param partition {@code schema.table} of the partition whose last export the ledger knows
 * @param as {@code schema.table} of a table of its own that is made instead of a partition
 * @param attach whether the partition is attached to its parent
 * @param hold how long rotation leaves it alone
 */
public record RestoreSpec(
    Optional<URI> manifest,
    Optional<String> partition,
    Optional<String> as,
    boolean attach,
    Duration hold)
    implements TaskSpec {

  /** Rotation leaves a restored partition alone for so long unless told otherwise. */
  public static final Duration DEFAULT_HOLD = Duration.ofDays(7);

  public RestoreSpec {
    Objects.requireNonNull(hold, "hold");
    if (manifest.isPresent() == partition.isPresent()) {
      throw new IllegalArgumentException("name either a manifest or a partition");
    }
  }

  @Override
  public String kind() {
    return "restore";
  }
}
