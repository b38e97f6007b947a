package io.sluice.getter.source;

/**
 * The server accepts no further connection now, as sshd does beyond MaxStartups or MaxSessions:
 * fewer connections may do.
 */
final class SourceRefused extends SourceAway {

  private static final long serialVersionUID = 1L;

  SourceRefused(String message, Throwable cause) {
    super(message, cause);
  }
}
