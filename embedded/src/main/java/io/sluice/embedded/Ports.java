package io.sluice.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Loopback ports. */
public final class Ports {
  private Ports() {}

  /** A port nothing listens on now; another process may take it before you do. */
  public static int free() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new EmbeddedException("no free port on the loopback address", e);
    }
  }

  /** Whether a server could listen on the port now. */
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      // Servers set it too; without it a port is "taken" for a minute after its last connection.
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * The port, if a server could listen on it now.
   *
   * @param what would use it, for the message
   * @throws EmbeddedException saying that it is taken
   */
  public static int require(int port, String what) {
    if (!isFree(port)) {
      throw new EmbeddedException(
          "port %d for %s is taken; stop what uses it, or choose another port"
              .formatted(port, what));
    }
    return port;
  }
}
