package io.sluice.core.work;

/** Another worker has taken the batch over; this one stops and leaves it alone. */
public final class LostClaim extends RuntimeException {

  public LostClaim(Claim claim) {
    super("another worker has taken over batch " + claim.batch());
  }
}
