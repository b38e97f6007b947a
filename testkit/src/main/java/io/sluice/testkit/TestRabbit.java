package io.sluice.testkit;

import io.sluice.embedded.EmbeddedException;
import org.testcontainers.DockerClientFactory;

/** A real RabbitMQ for one test class: the package's programs if installed, else a container. */
public interface TestRabbit extends AutoCloseable {

  /**
   * Starts one.
   *
   * @throws EmbeddedException saying what to install when there is neither the package nor Docker
   */
  static TestRabbit start() {
    if (PrivateRabbit.isInstalled()) {
      return PrivateRabbit.start();
    }
    if (DockerClientFactory.instance().isDockerAvailable()) {
      return ContainerRabbit.start();
    }
    throw new EmbeddedException(
        "no RabbitMQ for the test; install its package (Debian: apt-get install rabbitmq-server) or"
            + " start a Docker daemon");
  }

  /** The amqp:// address with credentials; the same after a restart. */
  String uri();

  /** Stops and starts; what was durable is there again. */
  void restart();

  @Override
  void close();
}
