package io.sluice.getter.source;

import java.io.IOException;
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

  /** Closed files whose answer nobody has waited for. */
  private static final int UNANSWERED = 16;

  private final SftpLogin login;
  private final ClientSession session;
  private final SftpClient sftp;
  private final RawSftpClient raw;
  private final Deque<Integer> closes = new ArrayDeque<>();

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

  /** Asks for a piece of an open file without waiting for it; returns the id of the answer. */
  int request(SftpClient.Handle file, long offset, int length) throws IOException {
    Buffer message = message(file);
    message.putLong(offset);
    message.putInt(length);
    return raw.send(SftpConstants.SSH_FXP_READ, message);
  }

  /** The answer of that id, waited for no longer than the feed's timeout. */
  Buffer answer(int id) throws IOException {
    return raw.receive(id);
  }

  /** Closes a file that was only read, without waiting: no answer could change anything. */
  void closeFile(SftpClient.Handle file) throws IOException {
    closes.add(raw.send(SftpConstants.SSH_FXP_CLOSE, message(file)));
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

  private static Buffer message(SftpClient.Handle file) {
    byte[] name = file.getIdentifier();
    Buffer message = new ByteArrayBuffer(HEADERS + name.length + Integer.BYTES, false);
    message.rpos(HEADERS);
    message.wpos(HEADERS);
    message.putBytes(name);
    return message;
  }
}
