package io.sluice.getter.dispatch;

/**
 * How full the dispatcher keeps the queues.
 *
 * @param queueTarget messages it keeps in each live queue; in a bulk queue a quarter of it
 * @param handleLimit messages in the handler's queues above which nothing more is fetched
 */
public record DispatchSettings(int queueTarget, int handleLimit) {

  /** 400 messages a queue, fetching stops at 2,000 waiting for the handler. */
  public static final DispatchSettings DEFAULTS = new DispatchSettings(400, 2_000);

  public DispatchSettings {
    if (queueTarget < 1 || handleLimit < 1) {
      throw new IllegalArgumentException(
          "getter.queue-target and getter.handle-limit must be at least 1");
    }
  }

  int target(boolean bulk) {
    return bulk ? Math.max(1, queueTarget / 4) : queueTarget;
  }
}
