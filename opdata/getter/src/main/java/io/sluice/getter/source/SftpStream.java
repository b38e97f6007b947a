package io.sluice.getter.source;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Optional;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;

/**
 * Reads an open file with many requests in flight. In a small file the last of them is followed at
 * once by the question for size and time, so that it takes two round trips: open, and all the rest.
 */
final class SftpStream extends SourceStream {

  /** Every server must be able to answer with so many bytes. */
  private static final int PIECE = 32 * 1024;

  private static final int IN_FLIGHT = 64;

  /** So few pieces that waiting for the size and time behind them holds up nothing. */
  private static final int FEW = 4;

  /** What happens to the session when the stream ends or fails. */
  interface Owner {
    IOException failed(IOException problem, String path);

    void closed();
  }

  private record Request(int id, long offset, int length) {}

  private final SftpConnection connection;
  private final SftpClient.Handle handle;
  private final String path;
  private final Optional<Pace> pace;
  private final Owner owner;
  private final Deque<Request> requests = new ArrayDeque<>();
  private long size;
  private long asked;
  private long position;
  private SourceFile end;
  private byte[] data = {};
  private int start;
  private int left;
  private boolean whole = true;
  private boolean finished;
  private boolean open = true;

  /**
   * @param file as it was listed: its size says how much to ask for
   */
  SftpStream(
      SftpConnection connection,
      SftpClient.Handle handle,
      SourceFile file,
      long offset,
      Optional<Pace> pace,
      Owner owner) {
    this.connection = connection;
    this.handle = handle;
    this.path = file.path();
    this.size = file.size();
    this.asked = offset;
    this.position = offset;
    this.pace = pace;
    this.owner = owner;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    while (left == 0) {
      if (!guarded(this::next)) {
        return -1;
      }
    }
    int count = Math.min(length, left);
    System.arraycopy(data, start, bytes, offset, count);
    start += count;
    left -= count;
    if (pace.isPresent()) {
      pace.get().read(count);
    }
    return count;
  }

  @Override
  public SourceFile stat() throws IOException {
    return end != null && requests.isEmpty() ? end : guarded(this::look);
  }

  @Override
  public void close() {
    if (!open) {
      return;
    }
    open = false;
    try {
      if (whole) {
        while (!requests.isEmpty()) {
          connection.answer(requests.remove().id);
        }
        connection.closeFile(handle);
      }
    } catch (IOException e) {
      owner.failed(e, path); // what was read was read
    } finally {
      owner.closed();
    }
  }

  /** Takes the next answer; false at the end of the file. */
  private boolean next() throws IOException {
    if (!finished && requests.isEmpty() && asked >= size) {
      end = end != null ? end : look();
      finished = end.size() <= position;
      size = end.size(); // it may have grown
    }
    if (finished) {
      return false;
    }
    ask();
    Request request = requests.remove();
    Buffer answer = connection.answer(request.id);
    answer.getInt();
    if (answer.getUByte() == SftpConstants.SSH_FXP_DATA) {
      answer.getInt();
      take(answer, request);
      return true;
    }
    answer.getInt();
    return ended(answer.getInt(), answer);
  }

  private void ask() throws IOException {
    boolean all = asked >= size;
    while (asked < size && requests.size() < IN_FLIGHT) {
      int length = (int) Math.min(PIECE, size - asked);
      requests.add(new Request(connection.request(handle, asked, length), asked, length));
      asked += length;
    }
    if (!all) {
      end = asked >= size && requests.size() <= FEW ? look() : null;
    }
  }

  private void take(Buffer answer, Request request) throws IOException {
    left = answer.getInt();
    if (left <= 0 || left > request.length || left > answer.available()) {
      throw new IOException("the server answered with %,d bytes".formatted(left));
    }
    data = answer.array();
    start = answer.rpos();
    position += left;
    if (left < request.length) {
      long offset = request.offset + left;
      int length = request.length - left;
      requests.addFirst(new Request(connection.request(handle, offset, length), offset, length));
      end = null;
    }
  }

  /** The file ends before the size it was listed with, or cannot be read. */
  private boolean ended(int status, Buffer answer) throws IOException {
    if (status != SftpConstants.SSH_FX_EOF) {
      throw new SftpException(status, answer.getString());
    }
    while (!requests.isEmpty()) {
      connection.answer(requests.remove().id);
    }
    end = look();
    finished = true;
    return false;
  }

  private SourceFile look() throws IOException {
    return SftpSession.describe(path, connection.sftp().stat(handle));
  }

  private <T> T guarded(Work<T> work) throws IOException {
    try {
      return work.run();
    } catch (IOException e) {
      IOException meaning = owner.failed(e, path);
      whole = !(meaning instanceof SourceAway);
      throw meaning;
    }
  }

  private interface Work<T> {
    T run() throws IOException;
  }
}
