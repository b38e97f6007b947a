package io.sluice.service.broker;

import com.rabbitmq.client.Address;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.sluice.core.fate.PauseStage;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How to reach the broker.
 *
 * @param addresses host or host:port each, in the order they are tried
 * @param virtualHost usually {@code /}
 * @param tls whether to encrypt, verifying certificate and host name
 * @param timeout for connecting, and for the confirms of one publish
 */
public record BrokerSettings(
    List<String> addresses,
    String user,
    String password,
    String virtualHost,
    boolean tls,
    Duration timeout) {

  private static final Logger log = LoggerFactory.getLogger(BrokerSettings.class);

  public BrokerSettings {
    addresses = List.copyOf(addresses);
  }

  /**
   * Opens a connection and sees that the queues exist.
   *
   * @param name what the broker's own lists call it
   * @param consumers whose threads call the connection's consumers; null where there are none
   * @throws PauseStage when the broker is away or refuses
   */
  Connection connect(String name, ExecutorService consumers) {
    try {
      ConnectionFactory factory = factory(tls ? SSLContext.getDefault() : null);
      Connection connection = factory.newConnection(consumers, resolve(), name);
      try {
        Topology.declare(connection);
      } catch (IOException | TimeoutException | RuntimeException e) {
        connection.abort();
        throw e;
      }
      return connection;
    } catch (IOException | TimeoutException | GeneralSecurityException e) {
      throw away(e);
    }
  }

  /**
   * @param trust whom to believe; null without TLS
   */
  ConnectionFactory factory(SSLContext trust) {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUsername(user);
    factory.setPassword(password);
    factory.setVirtualHost(virtualHost);
    factory.setConnectionTimeout(Math.toIntExact(timeout.toMillis()));
    factory.setRequestedHeartbeat(20);
    // Whoever holds the connection opens a new one: what was in flight is void by then.
    factory.setAutomaticRecoveryEnabled(false);
    if (trust != null) {
      factory.useSslProtocol(trust);
      factory.enableHostnameVerification();
    }
    return factory;
  }

  List<Address> resolve() {
    return addresses.stream().map(Address::parseAddress).toList();
  }

  PauseStage away(Exception e) {
    log.debug("Broker failure", e);
    String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new PauseStage("broker %s: %s".formatted(String.join(",", addresses), reason), e);
  }

  @Override
  public String toString() {
    return "BrokerSettings[addresses=%s, user=%s, virtualHost=%s, tls=%s]"
        .formatted(addresses, user, virtualHost, tls);
  }
}
