package io.sluice.loader;

import io.sluice.core.message.WorkMessage;
import io.sluice.core.message.WorkPublisher;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what was published. */
final class TestPublisher implements WorkPublisher {

  final List<WorkMessage> published = new CopyOnWriteArrayList<>();
  final Map<WorkMessage, Failure> dead = new ConcurrentHashMap<>();

  @Override
  public void publish(Collection<WorkMessage> messages) {
    published.addAll(messages);
  }

  @Override
  public void publishDead(WorkMessage message, Failure failure) {
    dead.put(message, failure);
  }

  @Override
  public long depth(String queue) {
    return 0;
  }
}
