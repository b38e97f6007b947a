package io.sluice.getter.source;

/**
 * A file is not on the servers that answer, and those that may have it do not. The file waits;
 * other files of the system need not.
 */
public final class SourceMirrorAway extends SourceAway {

  SourceMirrorAway(SourceFileMissing missing, SourceAway away) {
    super(missing.getMessage() + ", and another server that may have it: " + away.getMessage());
    initCause(away);
    addSuppressed(missing);
  }
}
