package io.sluice.getter.source;

/**
 * All connections that this process may have to the system are in use, for longer than the caller
 * may wait. Nothing is wrong with the system: who needs it asks again soon.
 */
public final class SourceBusy extends SourceAway {

  SourceBusy(String message) {
    super(message);
  }
}
