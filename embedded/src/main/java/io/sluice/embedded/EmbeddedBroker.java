package io.sluice.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.qpid.server.SystemLauncher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An AMQP 0-9-1 broker in this JVM (Apache Qpid Broker-J) on the loopback address. Its messages
 * live in memory: the ledger is the truth, and its sweeper publishes again what a stop has lost.
 */
public final class EmbeddedBroker implements AutoCloseable {
  /** Name of its only user. */
  public static final String USER = "sluice";

  private static final String CONFIGURATION =
      """
      {
        "name": "sluice",
        "modelVersion": "9.0",
        "authenticationproviders": [{
          "name": "plain",
          "type": "Plain",
          "secureOnlyMechanisms": [],
          "users": [{"name": "%s", "type": "managed", "password": "%s"}]
        }],
        "ports": [{
          "name": "AMQP",
          "port": %d,
          "bindingAddress": "127.0.0.1",
          "protocols": ["AMQP_0_9_1"],
          "authenticationProvider": "plain",
          "virtualhostaliases": [
            {"name": "nameAlias", "type": "nameAlias"},
            {"name": "defaultAlias", "type": "defaultAlias"},
            {"name": "hostnameAlias", "type": "hostnameAlias"}
          ]
        }],
        "virtualhostnodes": [{
          "name": "default",
          "type": "Memory",
          "defaultVirtualHostNode": "true",
          "virtualHostInitialConfiguration": "{\\"type\\": \\"Memory\\"}"
        }]
      }
      """;

  private static final Logger log = LoggerFactory.getLogger(EmbeddedBroker.class);

  private final int port;
  private final String password = Secrets.random();
  private SystemLauncher launcher;

  private EmbeddedBroker(int port) {
    this.port = port;
  }

  /** Starts a broker on a free port. */
  public static EmbeddedBroker startOnFreePort() {
    return startOn(Ports.free());
  }

  /**
   * Starts a broker.
   *
   * @throws EmbeddedException if the port is taken
   */
  public static EmbeddedBroker startOn(int port) {
    EmbeddedBroker broker = new EmbeddedBroker(Ports.require(port, "the AMQP broker"));
    broker.start();
    return broker;
  }

  public int port() {
    return port;
  }

  /** Random for each broker. */
  public String password() {
    return password;
  }

  /** amqp:// with credentials, for the RabbitMQ client. */
  public String uri() {
    return "amqp://%s:%s@127.0.0.1:%d".formatted(USER, password, port);
  }

  /** Starts again on the same port with the same password; queues and messages are gone. */
  public synchronized void start() {
    if (launcher != null) {
      return;
    }
    try {
      Path work = Files.createTempDirectory("sluice-broker-");
      Path configuration = work.resolve("broker.json");
      try {
        Secrets.writePrivate(configuration, CONFIGURATION.formatted(USER, password, port));
        launcher = launch(work, configuration);
      } finally {
        EphemeralDirectories.delete(work);
      }
    } catch (IOException e) {
      throw new EmbeddedException("cannot start the AMQP broker: " + e.getMessage(), e);
    }
  }

  private static SystemLauncher launch(Path work, Path configuration) {
    SystemLauncher launcher = new SystemLauncher();
    try {
      launcher.startup(
          Map.of(
              "type",
              "Memory",
              "initialConfigurationLocation",
              configuration.toString(),
              "startupLoggedToSystemOut",
              "false",
              "context",
              Map.of(
                  "qpid.work_dir",
                  work.toString(),
                  "queue.behaviourOnUnknownDeclareArgument",
                  "IGNORE")));
    } catch (Exception e) { // what Qpid declares
      throw new EmbeddedException("cannot start the AMQP broker: " + e.getMessage(), e);
    }
    return launcher;
  }

  /** Cuts all connections; all messages are lost. */
  public synchronized void stop() {
    if (launcher == null) {
      return;
    }
    try {
      launcher.shutdown();
    } catch (IllegalStateException e) {
      log.debug("The JVM ends, and a hook of the broker's own stops it already", e);
    } finally {
      launcher = null;
    }
  }

  /** Stops and starts. */
  public void restart() {
    stop();
    start();
  }

  @Override
  public void close() {
    stop();
  }
}
