package io.sluice.getter.source;

import java.io.IOException;
import java.util.Objects;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.impl.AbstractSftpClient;
import org.apache.sshd.sftp.client.impl.SftpInputStreamAsync;

/**
 * Reads an open file with many requests in flight. In a small file the last of them is followed at
 * once by the question for size and time, so that it takes two round trips: open, and all the rest.
 */
final class SftpStream extends SourceStream {

  /** Every server must be able to answer with so many bytes. */
  private static final int PIECE = 32 * 1024;

  /** So few pieces that waiting for the size and time behind them holds up nothing. */
  private static final int FEW = 4;

  private final SftpConnection connection;
  private final SftpClient.CloseableHandle handle;
  private final String path;
  private final SftpSession session;
  private final Ahead in;
  private long size;
  private long position;
  private SourceFile end;
  private boolean begun;
  private boolean whole = true;
  private boolean open = true;

  /**
   * @param file as it was listed: its size says how much to ask for
   */
  SftpStream(
      SftpConnection connection,
      SftpClient.CloseableHandle handle,
      SourceFile file,
      long offset,
      SftpSession session) {
    this.connection = connection;
    this.handle = handle;
    this.path = file.path();
    this.size = file.size();
    this.position = offset;
    this.session = session;
    this.in = new Ahead();
  }

  /** The library's stream, but never beyond the size: there is only the end of the file. */
  private final class Ahead extends SftpInputStreamAsync {

    Ahead() {
      super(
          (AbstractSftpClient) connection.sftp(),
          PIECE,
          position,
          size,
          path,
          SftpStream.this.handle,
          false);
    }

    @Override
    protected void sendRequests() throws IOException {
      long received = clientOffset + (hasNoData() ? 0 : buffer.available());
      if (!pendingReads.isEmpty() || received < size) {
        super.sendRequests();
      }
    }

    void awaitAnswers() throws IOException {
      while (!pendingReads.isEmpty()) {
        connection.answer(pendingReads.remove().id);
      }
    }
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    int count = length == 0 ? 0 : guarded(() -> next(bytes, offset, length));
    if (count > 0) {
      position += count;
      session.took(count);
    }
    return count;
  }

  @Override
  public SourceFile stat() throws IOException {
    return end != null && position >= size ? end : guarded(this::look);
  }

  @Override
  public void close() {
    if (!open) {
      return;
    }
    open = false;
    try {
      if (whole) {
        in.awaitAnswers();
        connection.closeFile(handle);
      }
    } catch (IOException e) {
      session.failed(e, path); // what was read was read
    } finally {
      session.closed();
    }
  }

  private int next(byte[] bytes, int offset, int length) throws IOException {
    begin();
    if (position >= size) {
      end = end != null ? end : look();
      if (end.size() <= position) {
        return -1;
      }
      size = end.size(); // it has grown
      end = null;
    }
    return in.read(bytes, offset, (int) Math.min(length, size - position));
  }

  private void begin() throws IOException {
    if (!begun && position < size && size - position <= (long) FEW * PIECE) {
      in.sendRequests();
      end = look();
    }
    begun = true;
  }

  private SourceFile look() throws IOException {
    return SftpSession.describe(path, connection.sftp().stat(handle));
  }

  private <T> T guarded(ResumingStream.Work<T> work) throws IOException {
    try {
      return work.run();
    } catch (IOException e) {
      IOException meaning = session.failed(e, path);
      whole = !(meaning instanceof SourceAway);
      throw meaning;
    }
  }
}
