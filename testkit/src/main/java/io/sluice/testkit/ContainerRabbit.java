package io.sluice.testkit;

import io.sluice.embedded.Ports;
import java.time.Duration;
import java.util.List;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.rabbitmq.RabbitMQContainer;

/** RabbitMQ in a container, where Docker runs and the package is not installed. */
final class ContainerRabbit implements TestRabbit {

  private static final String IMAGE = "rabbitmq:4-alpine";
  private static final int AMQP = 5672;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final RabbitMQContainer container;
  private final int port;

  private ContainerRabbit(RabbitMQContainer container, int port) {
    this.container = container;
    this.port = port;
  }

  /** On a port chosen here, because Docker would choose another at each restart. */
  static ContainerRabbit start() {
    int port = Ports.free();
    RabbitMQContainer container = new RabbitMQContainer(IMAGE);
    container.setPortBindings(List.of(port + ":" + AMQP));
    container.start();
    return new ContainerRabbit(container, port);
  }

  @Override
  public String uri() {
    return "amqp://%s:%s@%s:%d"
        .formatted(
            container.getAdminUsername(), container.getAdminPassword(), container.getHost(), port);
  }

  @Override
  public void restart() {
    container.getDockerClient().restartContainerCmd(container.getContainerId()).exec();
    Wait.forListeningPorts(AMQP).withStartupTimeout(PATIENCE).waitUntilReady(container);
  }

  @Override
  public void close() {
    container.stop();
  }
}
