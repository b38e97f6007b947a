package io.sluice.getter.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.file.FileSystemFactory;
import org.apache.sshd.common.file.nativefs.NativeFileSystemFactory;
import org.apache.sshd.common.file.virtualfs.VirtualFileSystemFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.session.ServerSession;
import org.apache.sshd.sftp.server.FileHandle;
import org.apache.sshd.sftp.server.Handle;
import org.apache.sshd.sftp.server.SftpEventListener;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;

/** A real SFTP server on a free port, that can be told to misbehave. */
public final class TestSftpServer implements AutoCloseable {

  private final SshServer server = SshServer.setUpDefaultServer();
  private final KeyPair hostKey;
  private final AtomicInteger opened = new AtomicInteger();
  private final CountDownLatch resumed = new CountDownLatch(1);
  private final AtomicLong bytesRead = new AtomicLong();
  private volatile PublicKey accepted;
  private volatile int disconnectEvery = Integer.MAX_VALUE;
  private volatile long breakAfterBytes = Long.MAX_VALUE;
  private volatile ReadHook hook = (path, offset) -> {};

  /** Runs in the server before each answer to a read. */
  public interface ReadHook {
    void reading(Path path, long offset) throws IOException;
  }

  /** Shows all files of this machine. */
  public TestSftpServer() throws Exception {
    this(NativeFileSystemFactory.INSTANCE, newKey());
  }

  public TestSftpServer(Path root) throws Exception {
    this(root, newKey());
  }

  public TestSftpServer(Path root, KeyPair hostKey) throws IOException {
    this(new VirtualFileSystemFactory(root), hostKey);
  }

  private TestSftpServer(FileSystemFactory files, KeyPair hostKey) throws IOException {
    this.hostKey = hostKey;
    server.setHost("127.0.0.1");
    server.setPort(0);
    server.setKeyPairProvider(KeyPairProvider.wrap(hostKey));
    server.setPasswordAuthenticator((user, password, session) -> password.equals("right"));
    server.setPublickeyAuthenticator(
        (user, offered, session) -> KeyUtils.compareKeys(accepted, offered));
    server.setFileSystemFactory(files);
    SftpSubsystemFactory sftp = new SftpSubsystemFactory();
    sftp.addSftpEventListener(new Misbehaviour());
    server.setSubsystemFactories(List.of(sftp));
    server.start();
  }

  private static KeyPair newKey() throws Exception {
    return KeyUtils.generateKeyPair("ecdsa-sha2-nistp256", 256);
  }

  public int port() {
    return server.getPort();
  }

  public void accept(PublicKey key) {
    server.setPublickeyAuthenticator(
        (user, offered, session) -> KeyUtils.compareKeys(key, offered));
  }

  public void disconnectEvery(int files) {
    disconnectEvery = files;
  }

  /** Breaks the connection once after so many bytes were read. */
  public void breakAfter(long bytes) {
    breakAfterBytes = bytes;
  }

  public void onRead(ReadHook newHook) {
    hook = newHook;
  }

  public int sessions() {
    return server.getActiveSessions().size();
  }

  public void dropSessions() {
    server.getActiveSessions().forEach(session -> session.close(true));
  }

  /** To be called from a hook: does not come back until {@link #resume}. */
  public void hang() {
    try {
      resumed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends all hanging. */
  public void resume() {
    resumed.countDown();
  }

  /** Refuses connections from now on; those that are open stay. */
  public void stopAccepting() throws IOException {
    server.close(false);
  }

  /** Writes a known_hosts file that has this server. */
  public Path knownHosts(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("[127.0.0.1]:" + port() + " " + PublicKeyEntry.toString(hostKey.getPublic()));
    return Files.write(file, lines);
  }

  @Override
  public void close() throws IOException {
    resume();
    server.stop(true);
  }

  private final class Misbehaviour implements SftpEventListener {
    @Override
    public void open(ServerSession session, String remoteHandle, Handle handle) {
      if (handle instanceof FileHandle && opened.incrementAndGet() % disconnectEvery == 0) {
        session.close(true);
      }
    }

    @Override
    public void reading(
        ServerSession session,
        String remoteHandle,
        FileHandle handle,
        long offset,
        byte[] data,
        int dataOffset,
        int dataLen)
        throws IOException {
      hook.reading(handle.getFile(), offset);
      if (bytesRead.addAndGet(dataLen) > breakAfterBytes) {
        breakAfterBytes = Long.MAX_VALUE;
        session.close(true);
      }
    }
  }
}
