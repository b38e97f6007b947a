package io.sluice.getter.source;

/**
 * The server accepts no further connection now, as sshd does beyond MaxStartups or MaxSessions:
 * fewer connections may do.
 */
final class SourceRefused extends SourceAway {

  SourceRefused(String message, Throwable cause) {
    super(message, cause);
  }
}
