package io.sluice.getter.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Reads a file of this machine. */
final class FileStream extends SourceStream {

  /** Asks for size and time of the file now. */
  interface Stat {
    SourceFile now() throws IOException;
  }

  private final FileChannel channel;
  private final Stat stat;

  FileStream(FileChannel channel, Stat stat) {
    this.channel = channel;
    this.stat = stat;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    return channel.read(ByteBuffer.wrap(bytes, offset, length));
  }

  /** That of the path: a file put in its place counts as a change. */
  @Override
  public SourceFile stat() throws IOException {
    return stat.now();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      return; // what was read was read
    }
  }
}
