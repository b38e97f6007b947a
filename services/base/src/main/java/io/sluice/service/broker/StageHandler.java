package io.sluice.service.broker;

import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import org.slf4j.MDC;

/** Reads the messages of a stage's queues for its worker; logs say which feed and batch. */
public final class StageHandler implements MessageHandler {
  private final Stage stage;
  private final StageWorker worker;

  public StageHandler(Stage stage, StageWorker worker) {
    this.stage = stage;
    this.worker = worker;
  }

  @Override
  public void handle(byte[] body, boolean redelivered) {
    WorkMessage message = parse(body);
    MDC.put("feed", message.feed());
    MDC.put("batch", Long.toString(message.batch()));
    try {
      worker.work(message, redelivered);
    } finally {
      MDC.clear();
    }
  }

  private WorkMessage parse(byte[] body) {
    try {
      WorkMessage message = WorkMessage.parse(body);
      if (message.stage() != stage) {
        throw new IllegalArgumentException(
            "work for stage %s in a queue of %s".formatted(message.stage().id(), stage.id()));
      }
      return message;
    } catch (IllegalArgumentException e) {
      throw new RefusedMessage("not_a_message", e);
    }
  }
}
