package io.sluice.service;

import io.sluice.service.broker.StageConsumer;
import java.util.List;
import org.springframework.context.SmartLifecycle;

/**
 * Starts what works when the service is up, and lets it finish before anything it needs closes:
 * loops first, so that no new work is made, then the consumers.
 */
final class StageRunner implements SmartLifecycle {
  private final List<StageConsumer> consumers;
  private final List<Loop> loops;
  private volatile boolean running;

  StageRunner(List<StageConsumer> consumers, List<Loop> loops) {
    this.consumers = consumers;
    this.loops = loops;
  }

  @Override
  public void start() {
    consumers.forEach(StageConsumer::start);
    loops.forEach(Loop::start);
    running = true;
  }

  @Override
  public void stop() {
    loops.parallelStream().forEach(Loop::close);
    consumers.parallelStream().forEach(StageConsumer::close);
    running = false;
  }

  @Override
  public boolean isRunning() {
    return running;
  }
}
