package io.sluice.getter.source;

import io.sluice.core.feed.PathPattern;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClient.Attributes;
import org.apache.sshd.sftp.client.SftpClient.DirEntry;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;

/** A session on an SFTP server: one connection, lent by {@link SftpServer}. */
final class SftpSession implements SourceSession {

  private final SftpSource source;
  private final SftpServer server;
  private final BaseDirectory base;
  private final Source.Purpose purpose;
  private SftpConnection connection;
  private boolean used;
  private boolean whole = true;
  private int streams;

  SftpSession(SftpSource source, SftpSource.Member member, Source.Purpose purpose)
      throws SourceAway {
    this.source = source;
    this.server = member.server();
    this.base = member.base();
    this.purpose = purpose;
    this.connection = source.acquire(server, purpose);
  }

  @Override
  public String server() {
    return server.address().toString();
  }

  @Override
  public Listing list(PathPattern.Level level, long filesBefore, Consumer<SourceFile> files)
      throws IOException {
    SftpListing listing = new SftpListing(this, base.path(), files);
    try {
      String real = call(base.path(), "list", sftp -> SftpListing.real(sftp, base.path()));
      listing.from(new Walk.Folder(base.path(), real, level));
    } catch (SourceFileMissing e) {
      throw base.missing();
    } catch (SourceFileFailed e) {
      throw base.unreadable(e);
    }
    BaseDirectory.Look look = new BaseDirectory.Look(true, null, listing.empty());
    base.listed(look, listing.seen.files(), filesBefore);
    return listing.seen;
  }

  @Override
  public SourceFile stat(String path) throws IOException {
    return onFile(path, "read", sftp -> describe(path, sftp.stat(NameCodec.toServer(path))));
  }

  @Override
  public SourceStream open(SourceFile file, long offset) throws IOException {
    SftpClient.CloseableHandle handle =
        onFile(
            file.path(),
            "read",
            sftp -> sftp.open(NameCodec.toServer(file.path()), SftpClient.OpenMode.Read));
    streams++;
    return new SftpStream(connection, handle, file, offset, this);
  }

  @Override
  public void delete(String path) throws IOException {
    onFile(path, "delete", sftp -> SftpMove.remove(sftp, path));
    base.tookAway();
  }

  @Override
  public void rename(String from, String to) throws IOException {
    onFile(from, "move", sftp -> SftpMove.move(sftp, server(), from, to));
    base.tookAway();
  }

  @Override
  public void close() {
    giveBack(whole && streams == 0);
  }

  /** What a stream's problem means. */
  IOException failed(IOException problem, String path) {
    if (problem instanceof SftpException status && isOfFile(status)) {
      return ofFile(status, path, "read");
    }
    whole = false;
    return away("read", path, problem);
  }

  /** What fails for every file, such as where a disk is gone, fails for the base directory too. */
  private IOException ofFile(SftpException status, String path, String what) {
    IOException problem = SftpMeaning.of(status, server(), path, what);
    try {
      if (problem instanceof SourceFileFailed) {
        look();
      }
      return problem;
    } catch (IOException e) {
      return e;
    }
  }

  /** The last answer of a server that ends the connection speaks of more than a file. */
  private boolean isOfFile(SftpException status) {
    return connection.usable() && SftpMeaning.ofFile(status);
  }

  /** A stream has ended. */
  void closed() {
    streams--;
  }

  /** Keeps reading to the host's bytes per second, shared with all others that read from it. */
  void took(int bytes) throws InterruptedIOException {
    source.pace(server, bytes);
  }

  /** A call about one file; that it is missing counts only where the base directory is there. */
  private <T> T onFile(String path, String what, Call<T> call) throws IOException {
    try {
      return call(path, what, call);
    } catch (SourceFileMissing e) {
      base.check(look());
      throw e;
    } catch (SourceFileFailed e) {
      look();
      throw e;
    }
  }

  private BaseDirectory.Look look() throws IOException {
    try {
      return call(base.path(), "list", sftp -> new BaseDirectory.Look(true, null, isEmpty(sftp)));
    } catch (SourceFileMissing e) {
      return BaseDirectory.Look.MISSING;
    } catch (SourceFileFailed e) {
      throw base.unreadable(e);
    }
  }

  private boolean isEmpty(SftpClient sftp) throws IOException {
    try (SftpClient.CloseableHandle handle = sftp.openDir(NameCodec.toServer(base.path()))) {
      for (List<DirEntry> some = sftp.readDir(handle); some != null; some = sftp.readDir(handle)) {
        if (some.stream().anyMatch(entry -> !SftpListing.isDots(entry.getFilename()))) {
          return false;
        }
      }
      return true;
    }
  }

  /** A connection that had been idle may be dead; then once more with another. */
  <T> T call(String path, String what, Call<T> call) throws IOException {
    giveWay();
    while (true) {
      try {
        T result = call.run(connection.sftp());
        used = true;
        return result;
      } catch (SftpException e) {
        if (isOfFile(e)) {
          throw SftpMeaning.of(e, server(), path, what);
        }
        whole = false;
        throw away(what, path, e);
      } catch (SourceNameTaken e) {
        throw e;
      } catch (IOException e) {
        if (used || !connection.reused() || connection.usable()) {
          whole = false;
          throw away(what, path, e);
        }
        again();
      }
    }
  }

  /** Between two calls: lets go of the connection before it queues up for one. */
  private void giveWay() throws SourceAway {
    if (!whole || connection == null) {
      throw new SourceAway("the session on " + server() + " is broken");
    }
    if (streams == 0 && connection.hadItsTurn() && server.wanted()) {
      again();
    }
  }

  private void again() throws SourceAway {
    giveBack(true);
    used = false;
    connection = source.acquire(server, purpose);
  }

  private void giveBack(boolean good) {
    if (connection != null) {
      server.release(connection, good);
      connection = null;
    }
  }

  private SourceAway away(String what, String path, IOException e) {
    return new SourceAway(
        "cannot %s %s on %s: %s".formatted(what, Names.printable(path), server(), e.getMessage()),
        e);
  }

  static SourceFile describe(String path, Attributes attributes) {
    Instant modified =
        attributes.getModifyTime() == null ? Instant.EPOCH : attributes.getModifyTime().toInstant();
    return new SourceFile(path, attributes.getSize(), modified);
  }

  /** Statuses speak of the file that was asked about, but for those of a broken connection. */
  private static final class SftpMeaning {

    static boolean ofFile(SftpException e) {
      return switch (e.getStatus()) {
        case SftpConstants.SSH_FX_BAD_MESSAGE,
            SftpConstants.SSH_FX_NO_CONNECTION,
            SftpConstants.SSH_FX_CONNECTION_LOST ->
            false;
        default -> true;
      };
    }

    static IOException of(SftpException e, String server, String path, String what) {
      return switch (e.getStatus()) {
        case SftpConstants.SSH_FX_PERMISSION_DENIED -> new SourceFileDenied(server, path, what);
        case SftpConstants.SSH_FX_FILE_ALREADY_EXISTS -> new SourceNameTaken(server, path);
        case SftpConstants.SSH_FX_NO_SUCH_FILE, SftpConstants.SSH_FX_NO_SUCH_PATH ->
            new SourceFileMissing(server, path);
        default -> new SourceFileFailed(server, path, what, e);
      };
    }
  }

  /** Work on the connection. */
  interface Call<T> {
    T run(SftpClient sftp) throws IOException;
  }
}
