package io.sluice.getter.source;

import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.sftp.client.SftpClient;

/** One open connection with its SFTP channel, used by one thread at a time. */
final class SftpConnection {

  private final SftpLogin login;
  private final ClientSession session;
  private final SftpClient sftp;

  SftpConnection(SftpLogin login, ClientSession session, SftpClient sftp) {
    this.login = login;
    this.session = session;
    this.sftp = sftp;
  }

  SftpLogin login() {
    return login;
  }

  SftpClient sftp() {
    return sftp;
  }

  boolean usable() {
    return session.isOpen() && !session.isClosing() && sftp.isOpen();
  }

  /** Closes without waiting for the server, which may be the reason. */
  void close() {
    session.close(true);
  }
}
