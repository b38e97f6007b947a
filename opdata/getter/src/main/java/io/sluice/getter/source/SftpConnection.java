package io.sluice.getter.source;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.sftp.client.RawSftpClient;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.common.SftpConstants;

/** One open connection with its SFTP channel, used by one thread at a time. */
final class SftpConnection {

  /** Room before a message's body for the headers that the library puts there. */
  private static final int HEADERS = 64;

  /** How long a session keeps a connection that others wait for, if it can let go of it. */
  private static final Duration TURN = Duration.ofSeconds(1);

  /** Closed files whose answer nobody has waited for. */
  private static final int UNANSWERED = 16;

  private final SftpLogin login;
  private final ClientSession session;
  private final SftpClient sftp;
  private final RawSftpClient raw;
  private final Deque<Integer> closes = new ArrayDeque<>();
  private int loans;
  private long lentAt;

  SftpConnection(SftpLogin login, ClientSession session, SftpClient sftp) {
    this.login = login;
    this.session = session;
    this.sftp = sftp;
    this.raw = (RawSftpClient) sftp;
  }

  SftpLogin login() {
    return login;
  }

  SftpClient sftp() {
    return sftp;
  }

  /** Notes that a session has it from now on. */
  void lend() {
    loans++;
    lentAt = System.nanoTime();
  }

  /** Whether it was used before, so that a failure may only mean that it had been idle. */
  boolean reused() {
    return loans > 1;
  }

  boolean hadItsTurn() {
    return System.nanoTime() - lentAt > TURN.toNanos();
  }

  /** The answer of that id, waited for no longer than the feed's timeout. */
  Buffer answer(int id) throws IOException {
    return raw.receive(id);
  }

  /** Closes a file that was only read, without waiting: no answer could change anything. */
  void closeFile(SftpClient.Handle file) throws IOException {
    byte[] name = file.getIdentifier();
    Buffer message = new ByteArrayBuffer(HEADERS + name.length, false);
    message.rpos(HEADERS);
    message.wpos(HEADERS);
    message.putBytes(name);
    closes.add(raw.send(SftpConstants.SSH_FXP_CLOSE, message));
    if (closes.size() > UNANSWERED) {
      answer(closes.remove());
    }
  }

  boolean usable() {
    return session.isOpen() && !session.isClosing() && sftp.isOpen();
  }

  /** Closes without waiting for the server, which may be the reason. */
  void close() {
    session.close(true);
  }
}
