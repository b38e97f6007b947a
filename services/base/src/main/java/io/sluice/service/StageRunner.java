package io.sluice.service;

import io.sluice.service.broker.QueueConsumer;
import java.util.List;
import org.springframework.context.SmartLifecycle;

/**
 * Starts what works when the service is up, and lets it finish before anything it needs closes:
 * loops first, so that no new work is made, then the consumers.
 */
final class StageRunner implements SmartLifecycle {
  private final List<QueueConsumer> consumers;
  private final List<Loop> loops;
  private volatile boolean running;

  StageRunner(List<QueueConsumer> consumers, List<Loop> loops) {
    this.consumers = consumers;
    this.loops = loops;
  }

  @Override
  public void start() {
    consumers.forEach(QueueConsumer::start);
    loops.forEach(Loop::start);
    running = true;
  }

  @Override
  public void stop() {
    loops.parallelStream().forEach(Loop::close);
    consumers.parallelStream().forEach(QueueConsumer::close);
    running = false;
  }

  @Override
  public boolean isRunning() {
    return running;
  }
}
