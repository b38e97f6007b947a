package io.sluice.core.message;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * One unit of work: an id, never data. The ledger tells all else.
 *
 * @param feed name of the feed, for logs and metrics only
 * @param batch id of the batch
 * @param bulk whether it goes by the bulk queue
 */
public record WorkMessage(Stage stage, String feed, long batch, boolean bulk) {

  private static final ObjectMapper JSON = JsonMapper.builder().build();

  public String queue() {
    return stage.queue(bulk);
  }

  /** UTF-8 JSON, the body of the AMQP message. */
  public byte[] toJson() {
    return JSON.writeValueAsBytes(this);
  }

  /**
   * @throws IllegalArgumentException when the body is not such a message; the text says what it is
   */
  public static WorkMessage parse(byte[] body) {
    try {
      WorkMessage message = JSON.readValue(body, WorkMessage.class);
      if (message == null || message.stage == null || message.feed == null || message.batch <= 0) {
        throw new IllegalArgumentException("work message lacks stage, feed or batch");
      }
      return message;
    } catch (JacksonException e) {
      throw new IllegalArgumentException("not a work message: " + e.getOriginalMessage(), e);
    }
  }
}
