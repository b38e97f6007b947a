package io.sluice.getter.source;

import java.util.Optional;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;

/** Tells a server that has enough connections from one that does not work. */
final class Refusals {

  private Refusals() {}

  /**
   * What the server refused, if that is what happened.
   *
   * @param session as far as it got, null if not even TCP was connected
   * @param soon whether it failed before the timeout, so that it was not silence
   */
  static Optional<String> of(ClientSession session, boolean soon, Exception failure) {
    if (session == null) {
      return Optional.empty();
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SshChannelOpenException) {
        return Optional.of("opens no more sessions (its MaxSessions, or a limit of the login)");
      }
      if (cause instanceof SshException ssh
          && ssh.getDisconnectCode() == SshConstants.SSH2_DISCONNECT_TOO_MANY_CONNECTIONS) {
        return Optional.of("says that there are too many connections");
      }
    }
    return soon && session.getServerVersion() == null
        ? Optional.of(
            "closed a new connection before identifying itself, as it does beyond its MaxStartups")
        : Optional.empty();
  }
}
