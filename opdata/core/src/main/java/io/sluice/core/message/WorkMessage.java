package io.sluice.core.message;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * One unit of work: ids, never data. The queue it came by tells the stage; the ledger tells all
 * else.
 *
 * @param feed name of the feed, for fairness, logs and metrics only
 * @param fileId ledger id of the file
 * @param handling number of the handling, for {@link Stage#LOAD}; else 0
 * @param chunk index of the chunk from 0, for {@link Stage#LOAD}; else 0
 * @param bulk whether it goes by the bulk queue
 */
public record WorkMessage(
    Stage stage, String feed, long fileId, int handling, int chunk, boolean bulk) {

  private static final ObjectMapper JSON = JsonMapper.builder().build();

  public static WorkMessage of(Stage stage, String feed, long fileId, boolean bulk) {
    return new WorkMessage(stage, feed, fileId, 0, 0, bulk);
  }

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
      if (message == null || message.stage == null || message.feed == null || message.fileId <= 0) {
        throw new IllegalArgumentException("work message lacks stage, feed or fileId");
      }
      return message;
    } catch (JacksonException e) {
      throw new IllegalArgumentException("not a work message: " + e.getOriginalMessage(), e);
    }
  }
}
