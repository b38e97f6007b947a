package io.sluice.getter.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Stands before a server and stops in the middle: of each connection it lets so many bytes from the
 * server through, then says nothing more and stays connected.
 */
final class Relay implements AutoCloseable {

  private final ServerSocket listener;
  private final int target;
  private final long bytes;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  /**
   * @param target the server's port on this machine
   * @param bytes that reach the client, of each connection
   */
  Relay(int target, long bytes) throws IOException {
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.target = target;
    this.bytes = bytes;
    threads.execute(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** How many connections were made. */
  int connections() {
    return sockets.size() / 2;
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
    threads.shutdownNow();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.addAll(List.of(client, server));
        threads.execute(() -> copy(client, server, Long.MAX_VALUE));
        threads.execute(() -> copy(server, client, bytes));
      }
    } catch (IOException e) {
      return; // closed
    }
  }

  private static void copy(Socket from, Socket to, long most) {
    byte[] buffer = new byte[8 * 1024];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      long left = most;
      for (int count = in.read(buffer); count >= 0 && left > 0; count = in.read(buffer)) {
        out.write(buffer, 0, (int) Math.min(count, left));
        left -= count;
      }
    } catch (IOException e) {
      close(to);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
