package io.sluice.core.work;

import io.sluice.core.message.Stage;
import java.time.Duration;

/**
 * A file that leaves its batch to wait.
 *
 * @param stage at which it goes on
 * @param state waiting or parked
 * @param attempts it has behind it at that stage
 * @param pause before the dispatcher may pick it
 * @param reason for people: the short name, a colon, what happened and what to do
 */
public record Leaving(
    long fileId, Stage stage, WorkState state, int attempts, Duration pause, String reason) {

  private static final String RETRIED =
      "; tried again every few minutes, or at once with: sluice parked resume ";

  /** Waits for something else than itself; nothing is counted. */
  public static Leaving postponed(Claim claim, BatchFile file, Duration pause, String reason) {
    return new Leaving(
        file.id(), claim.stage(), WorkState.WAITING, claim.attempts(file) - 1, pause, reason);
  }

  /** Is tried again, alone, with the attempt counted. */
  public static Leaving retried(Claim claim, BatchFile file, Duration pause, String reason) {
    return new Leaving(
        file.id(), claim.stage(), WorkState.WAITING, claim.attempts(file), pause, reason);
  }

  /** Goes back to an earlier stage, with no attempts there. */
  public static Leaving backTo(Stage stage, BatchFile file, Duration pause, String reason) {
    return new Leaving(file.id(), stage, WorkState.WAITING, 0, pause, reason);
  }

  /** Waits until something is put right; parked files at load are handled again. */
  public static Leaving parked(Claim claim, BatchFile file, String reason) {
    Stage stage = claim.stage() == Stage.LOAD ? Stage.HANDLE : claim.stage();
    boolean told = reason.equals(file.reason()) || reason.startsWith("schema_limit");
    String said = told ? reason : reason + RETRIED + claim.feed();
    return new Leaving(file.id(), stage, WorkState.PARKED, 0, Duration.ZERO, said);
  }
}
