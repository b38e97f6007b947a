package io.sluice.service.broker;

/** Does what one message asks for, knowing nothing of the broker. */
@FunctionalInterface
public interface MessageHandler {

  /**
   * Handles a message; returning means that its work is committed, and it may go.
   *
   * @param redelivered the broker took it back from a consumer before
   * @throws RefusedMessage when it can never be handled: it goes to the dead-letter queue
   * @throws io.sluice.core.fate.PauseStage when the surroundings are away: it goes back, and the
   *     consumer waits for them; any other exception gives it back to be tried again after a rest
   */
  void handle(byte[] body, boolean redelivered);
}
