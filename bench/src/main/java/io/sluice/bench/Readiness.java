package io.sluice.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Waits until a service says that it is ready. */
final class Readiness {
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private Readiness() {}

  /**
   * Waits for the service on a loopback port.
   *
   * @throws IOException if it ends before, or is not ready in time; says where its output is
   */
  static void await(ChildProcess process, int port) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + port + "/actuator/health/readiness");
    HttpClient client = HttpClient.newHttpClient();
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!answers(client, uri)) {
      if (!process.isAlive() || System.nanoTime() > until) {
        throw new IOException(
            "%s is not ready; what it said is in %s".formatted(process.name(), process.log()));
      }
      Thread.sleep(LOOK.toMillis());
    }
  }

  private static boolean answers(HttpClient client, URI uri) throws InterruptedException {
    try {
      HttpRequest request = HttpRequest.newBuilder(uri).timeout(PATIENCE).build();
      return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false; // nobody listens yet
    }
  }
}
