package io.sluice.service.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.ConnectionFactory;
import io.sluice.core.fate.PauseStage;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a server that reads what a client sends first, and hangs up. */
class BrokerTlsTest {
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir private Path directory;
  private SSLServerSocket server;

  @AfterEach
  void closeServer() throws IOException {
    server.close();
  }

  @Test
  void speaksAmqp_whenItTrustsTheCertificateAndTheNameIsRight() throws Exception {
    KeyStore keys = certificateFor("ip:127.0.0.1");
    CompletableFuture<String> heard = serve(keys);
    assertThatThrownBy(() -> connect(trusting(keys))).isInstanceOf(IOException.class);
    assertThat(heard.get(30, TimeUnit.SECONDS)).isEqualTo("AMQP");
  }

  @Test
  void refuses_whenTheCertificateIsForAnotherName() throws Exception {
    KeyStore keys = certificateFor("dns:other.example");
    CompletableFuture<String> heard = serve(keys);
    assertThatThrownBy(() -> connect(trusting(keys)))
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("127.0.0.1");
    assertThat(heard.get(30, TimeUnit.SECONDS)).isEmpty();
  }

  @Test
  void pausesAndSaysWhy_whenNobodyVouchesForTheCertificate() throws Exception {
    CompletableFuture<String> heard = serve(certificateFor("ip:127.0.0.1"));
    assertThatThrownBy(() -> settings().connect("test", null))
        .isInstanceOf(PauseStage.class)
        .hasMessageContaining("certification path");
    assertThat(heard.get(30, TimeUnit.SECONDS)).isEmpty();
  }

  private void connect(SSLContext trust) throws Exception {
    ConnectionFactory factory = settings().factory(trust);
    factory.newConnection(settings().resolve()).abort();
  }

  private BrokerSettings settings() {
    return new BrokerSettings(
        List.of("127.0.0.1:" + server.getLocalPort()), "u", "p", "/", true, Duration.ofSeconds(10));
  }

  /** What the client said once the connection was safe; empty if it never was. */
  private CompletableFuture<String> serve(KeyStore keys) throws Exception {
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    server =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress());
    return CompletableFuture.supplyAsync(this::hearOne);
  }

  /** A client that refuses hangs up: the server reads an alert, or its own write fails before. */
  private String hearOne() {
    try (Socket client = server.accept();
        InputStream in = client.getInputStream()) {
      return new String(in.readNBytes(4), StandardCharsets.US_ASCII);
    } catch (SSLException | SocketException e) {
      return "";
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static SSLContext trusting(KeyStore keys) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("broker", keys.getCertificate("broker"));
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  /** By the JDK's own keytool. */
  private KeyStore certificateFor(String name) throws Exception {
    Path file = directory.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "broker",
                "-keyalg",
                "EC",
                "-dname",
                "CN=broker",
                "-ext",
                "san=" + name,
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                file.toString())
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, PASSWORD);
    }
    return keys;
  }
}
