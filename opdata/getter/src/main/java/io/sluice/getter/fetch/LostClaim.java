package io.sluice.getter.fetch;

/** Another worker has taken the file over; this one stops and leaves it alone. */
final class LostClaim extends RuntimeException {

  private static final long serialVersionUID = 1L;

  LostClaim(FetchClaim claim) {
    super("another worker has taken over file " + claim.fileId());
  }
}
