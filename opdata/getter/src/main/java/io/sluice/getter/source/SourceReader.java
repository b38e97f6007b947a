package io.sluice.getter.source;

import java.io.IOException;
import java.util.List;

/**
 * Reads files of one system, one after the other, over one session at a time. Where that breaks it
 * goes on over a new one, at the byte where it stopped; a file that is not on one server is asked
 * of all that serve the same files. For one thread.
 *
 * <p>Failures: {@link SourceFileMissing} is on no server while the base directory is there; {@link
 * SourceFileFailed} only this file has a problem; {@link SourceFileChanged} when a break showed it;
 * {@link SourceMirrorAway} only this file must wait; {@link SourceAway} nothing more can be read
 * now.
 */
public final class SourceReader implements AutoCloseable {

  private final Source source;
  private final Source.Purpose purpose;
  private final Sleeper sleeper;
  private SourceSession session;

  public SourceReader(Source source, Source.Purpose purpose) {
    this(source, purpose, Sleeper.THREAD);
  }

  SourceReader(Source source, Source.Purpose purpose, Sleeper sleeper) {
    this.source = source;
    this.purpose = purpose;
    this.sleeper = sleeper;
  }

  /** The system's name in the ledger. */
  public String host() {
    return source.host();
  }

  /** Size and time of a file now. */
  public SourceFile stat(String path) throws IOException {
    return everywhere(s -> s.stat(path));
  }

  /** Opens a file as it was listed. Close the stream before the next call. */
  public SourceStream open(SourceFile file) throws IOException {
    return new ResumingStream(this, file, sleeper);
  }

  @Override
  public void close() {
    if (session != null) {
      session.close();
      session = null;
    }
  }

  SourceStream open(SourceFile file, long offset) throws IOException {
    return everywhere(s -> s.open(file, offset));
  }

  /** Connects, if it has not yet. */
  void begin() throws SourceAway {
    if (session == null) {
      session = source.connect(purpose);
    }
  }

  private <T> T everywhere(Call<T> call) throws IOException {
    begin();
    try {
      return call.on(session);
    } catch (SourceFileMissing | BaseAway e) {
      return elsewhere(e, call);
    } catch (SourceAway e) {
      close(); // broken: the next call needs a new one
      throw e;
    }
  }

  /** Asks the other servers, letting go of each before the next. */
  private <T> T elsewhere(IOException first, Call<T> call) throws IOException {
    SourceFileMissing missing = first instanceof SourceFileMissing m ? m : null;
    SourceAway away = first instanceof SourceAway a ? a : null;
    String asked = session.server();
    for (String server : others(asked)) {
      close();
      try {
        session = source.connect(purpose, server);
        return call.on(session);
      } catch (SourceFileMissing e) {
        missing = e;
      } catch (SourceAway e) {
        away = e;
      }
    }
    if (away != null) {
      close();
      throw missing == null ? away : new SourceMirrorAway(missing, away);
    }
    throw missing;
  }

  private List<String> others(String asked) {
    return source.servers().stream().filter(server -> !server.equals(asked)).toList();
  }

  private interface Call<T> {
    T on(SourceSession session) throws IOException;
  }
}
