package io.sluice.getter.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads a file of this machine. */
final class FileStream extends SourceStream {

  private final FileChannel channel;
  private final Path path;

  FileStream(FileChannel channel, Path path) {
    this.channel = channel;
    this.path = path;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    return channel.read(ByteBuffer.wrap(bytes, offset, length));
  }

  /** That of the path: a file put in its place counts as a change. */
  @Override
  public SourceFile stat() throws IOException {
    try {
      return DirectorySession.describe(path);
    } catch (NoSuchFileException e) {
      throw new SourceFileMissing(Source.LOCAL, path.toString());
    }
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
