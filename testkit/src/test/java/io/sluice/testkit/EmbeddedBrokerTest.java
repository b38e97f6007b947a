package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import io.sluice.embedded.EmbeddedBroker;
import io.sluice.embedded.EmbeddedException;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EmbeddedBrokerTest extends BrokerContract {
  private static EmbeddedBroker broker;

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.startOnFreePort();
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Override
  String uri() {
    return broker.uri();
  }

  @Test
  void saysWhichPort_whenItIsTaken() {
    assertThatThrownBy(() -> EmbeddedBroker.startOn(broker.port()))
        .isInstanceOf(EmbeddedException.class)
        .hasMessageContaining("port " + broker.port());
  }

  @Test
  void acceptsConnections_whenRestarted() throws Exception {
    try (EmbeddedBroker other = EmbeddedBroker.startOnFreePort()) {
      ConnectionFactory factory = new ConnectionFactory();
      factory.setUri(URI.create(other.uri()));
      other.restart();
      factory.newConnection().close();
    }
  }

  @Test
  void refusesOtherPasswords() {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setPort(broker.port());
    factory.setUsername(EmbeddedBroker.USER);
    factory.setPassword("guess");
    assertThatThrownBy(factory::newConnection)
        .isInstanceOf(PossibleAuthenticationFailureException.class);
  }
}
