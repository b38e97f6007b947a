package io.sluice.service;

import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkPublisher;
import io.sluice.core.metric.StageMetrics;
import io.sluice.core.sql.Transactions;
import io.sluice.core.work.StageProtocol;
import io.sluice.core.work.StageTask;
import java.time.Clock;

/** Makes stages of the tasks that a service runs. */
public final class Stages {

  private final Transactions transactions;
  private final WorkPublisher publisher;
  private final MeterRegistry registry;
  private final Clock clock;

  Stages(Transactions transactions, WorkPublisher publisher, MeterRegistry registry, Clock clock) {
    this.transactions = transactions;
    this.publisher = publisher;
    this.registry = registry;
    this.clock = clock;
  }

  /** A stage that does what the task says; it closes with the service. */
  public StageProtocol stage(Stage stage, StageTask task, StageProtocol.Settings settings) {
    return new StageProtocol(
        stage, task, transactions, publisher, new StageMetrics(registry, stage), settings, clock);
  }
}
