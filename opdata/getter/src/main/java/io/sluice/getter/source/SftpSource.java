package io.sluice.getter.source;

import io.sluice.core.feed.Origin;
import io.sluice.core.feed.PathPattern;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClient.Attributes;
import org.apache.sshd.sftp.client.SftpClient.DirEntry;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;

/** Files on an SFTP server, or on several that serve the same files. */
final class SftpSource implements Source {

  private static final int DEEPEST = 40;

  private final String host;
  private final List<SftpServer> servers;
  private final SftpLogin login;
  private final Origin.HostLimits limits;
  private final SftpServer.Sleeper sleeper;

  SftpSource(
      String host,
      List<SftpServer> servers,
      SftpLogin login,
      Origin.HostLimits limits,
      SftpServer.Sleeper sleeper) {
    this.host = host;
    this.servers = List.copyOf(servers);
    this.login = login;
    this.limits = limits;
    this.sleeper = sleeper;
  }

  @Override
  public String host() {
    return host;
  }

  @Override
  public Listing list(PathPattern.Level level, String base, Consumer<SourceFile> files)
      throws IOException {
    Listing listing = new Listing();
    Deque<Folder> folders = new ArrayDeque<>();
    folders.add(new Folder(base, level, 0));
    while (!folders.isEmpty()) {
      listOne(folders.pop(), folders, listing, files);
    }
    return listing;
  }

  @Override
  public SourceFile stat(String path) throws IOException {
    return call(path, "read", sftp -> describe(path, sftp.stat(NameCodec.toServer(path))));
  }

  @Override
  public InputStream open(String path, long offset) throws IOException {
    SftpServer.Lease[] lease = new SftpServer.Lease[1];
    InputStream in =
        onServers(
            path,
            "read",
            (server, taken) -> {
              InputStream stream = taken.connection().sftp().read(NameCodec.toServer(path));
              stream.skip(offset);
              lease[0] = taken;
              return limits
                  .rate()
                  .map(rate -> (InputStream) new RatedStream(stream, server.rate(), rate, sleeper))
                  .orElse(stream);
            },
            false);
    return new LeasedStream(in, lease[0]);
  }

  @Override
  public void delete(String path) throws IOException {
    call(
        path,
        "delete",
        sftp -> {
          sftp.remove(NameCodec.toServer(path));
          return null;
        });
  }

  @Override
  public void rename(String from, String to) throws IOException {
    call(
        from,
        "move",
        sftp -> {
          checkFree(sftp, to);
          makeDirectories(sftp, to.substring(0, to.lastIndexOf('/')));
          sftp.rename(NameCodec.toServer(from), NameCodec.toServer(to));
          return null;
        });
  }

  private void listOne(
      Folder folder, Deque<Folder> folders, Listing listing, Consumer<SourceFile> files)
      throws IOException {
    try {
      call(
          folder.path,
          "list",
          sftp -> {
            read(sftp, folder, folders, listing, files);
            return null;
          });
      listing.directory();
    } catch (SourceFileMissing e) {
      if (folder.depth == 0) {
        throw new SourceAway(
            "directory %s does not exist on %s; create it or correct the feed's path"
                .formatted(Names.printable(folder.path), host));
      }
    } catch (SourceFileDenied e) {
      listing.unreadable(folder.path);
    }
  }

  /** Reads a directory as the server hands it out, some hundred entries at a time. */
  private void read(
      SftpClient sftp,
      Folder folder,
      Deque<Folder> folders,
      Listing listing,
      Consumer<SourceFile> files)
      throws IOException {
    try (SftpClient.CloseableHandle handle = sftp.openDir(NameCodec.toServer(folder.path))) {
      for (List<DirEntry> some = sftp.readDir(handle); some != null; some = sftp.readDir(handle)) {
        for (DirEntry entry : some) {
          visit(sftp, entry, folder, folders, listing, files);
        }
      }
    }
  }

  private void visit(
      SftpClient sftp,
      DirEntry entry,
      Folder folder,
      Deque<Folder> folders,
      Listing listing,
      Consumer<SourceFile> files)
      throws IOException {
    String name = NameCodec.fromServer(entry.getFilename());
    if (name.equals(".") || name.equals("..")) {
      return;
    }
    String path = folder.path.equals("/") ? "/" + name : folder.path + "/" + name;
    if (!Names.safe(name)) {
      listing.unsafeName(path);
      return;
    }
    boolean file = folder.level.file(name);
    Attributes attributes = entry.getAttributes();
    if (attributes.isSymbolicLink() && (file || folder.level.directory(name).isPresent())) {
      attributes = follow(sftp, path, attributes);
    }
    if (attributes.isDirectory() && folder.depth < DEEPEST) {
      folder
          .level
          .directory(name)
          .ifPresent(below -> folders.push(new Folder(path, below, folder.depth + 1)));
    } else if (attributes.isRegularFile() && file) {
      listing.file();
      files.accept(describe(path, attributes));
    }
  }

  private static Attributes follow(SftpClient sftp, String path, Attributes link)
      throws IOException {
    try {
      return sftp.stat(NameCodec.toServer(path));
    } catch (SftpException e) {
      return link; // to nowhere
    }
  }

  private void checkFree(SftpClient sftp, String path) throws IOException {
    try {
      sftp.stat(NameCodec.toServer(path));
    } catch (SftpException e) {
      if (e.getStatus() == SftpConstants.SSH_FX_NO_SUCH_FILE) {
        return;
      }
      throw e;
    }
    throw new SourceNameTaken(host, path);
  }

  private static void makeDirectories(SftpClient sftp, String path) throws IOException {
    for (int slash = path.indexOf('/', 1); ; slash = path.indexOf('/', slash + 1)) {
      String part = NameCodec.toServer(slash < 0 ? path : path.substring(0, slash));
      try {
        if (!part.isEmpty()) {
          sftp.stat(part);
        }
      } catch (SftpException e) {
        if (e.getStatus() != SftpConstants.SSH_FX_NO_SUCH_FILE) {
          throw e;
        }
        sftp.mkdir(part);
      }
      if (slash < 0) {
        return;
      }
    }
  }

  private static SourceFile describe(String path, Attributes attributes) {
    Instant modified =
        attributes.getModifyTime() == null ? Instant.EPOCH : attributes.getModifyTime().toInstant();
    return new SourceFile(path, attributes.getSize(), modified);
  }

  private <T> T call(String path, String what, Call<T> call) throws IOException {
    return onServers(path, what, (server, lease) -> call.run(lease.connection().sftp()), true);
  }

  /** The first server that is there; those that just failed come last. */
  private <T> T onServers(String path, String what, LeaseCall<T> call, boolean giveBack)
      throws IOException {
    SourceAway away = null;
    for (SftpServer server :
        servers.stream().sorted((a, b) -> a.paused().compareTo(b.paused())).toList()) {
      try {
        return onServer(server, path, what, call, giveBack);
      } catch (SourceAway e) {
        if (away != null) {
          e.addSuppressed(away);
        }
        away = e;
      }
    }
    throw away;
  }

  /** A connection that had been idle may be dead; then once more with another. */
  private <T> T onServer(
      SftpServer server, String path, String what, LeaseCall<T> call, boolean giveBack)
      throws IOException {
    while (true) {
      SftpServer.Lease lease = server.acquire(login, limits);
      boolean keep = false;
      try {
        T result = call.run(server, lease);
        keep = true;
        return result;
      } catch (SftpException e) {
        if (MEANINGS.containsKey(e.getStatus())) {
          lease.giveBack();
          throw MEANINGS.get(e.getStatus()).of(host, path, what);
        }
        throw away(server, what, path, e);
      } catch (SourceNameTaken e) {
        lease.giveBack();
        throw e;
      } catch (IOException e) {
        if (!lease.reused() || lease.connection().usable()) {
          throw away(server, what, path, e);
        }
      } finally {
        if (keep && giveBack) {
          lease.giveBack();
        } else if (!keep) {
          lease.discard();
        }
      }
    }
  }

  private static SourceAway away(SftpServer server, String what, String path, IOException e) {
    return new SourceAway(
        "cannot %s %s on %s: %s"
            .formatted(what, Names.printable(path), server.address(), e.getMessage()),
        e);
  }

  /** Statuses that speak of one file; all others speak of the server. */
  private static final Map<Integer, Meaning> MEANINGS =
      Map.of(
          SftpConstants.SSH_FX_NO_SUCH_FILE,
          (host, path, what) -> new SourceFileMissing(host, path),
          SftpConstants.SSH_FX_NO_SUCH_PATH,
          (host, path, what) -> new SourceFileMissing(host, path),
          SftpConstants.SSH_FX_PERMISSION_DENIED,
          SourceFileDenied::new,
          SftpConstants.SSH_FX_FILE_ALREADY_EXISTS,
          (host, path, what) -> new SourceNameTaken(host, path));

  private record Folder(String path, PathPattern.Level level, int depth) {}

  private interface Meaning {
    IOException of(String host, String path, String what);
  }

  private interface Call<T> {
    T run(SftpClient sftp) throws IOException;
  }

  private interface LeaseCall<T> {
    T run(SftpServer server, SftpServer.Lease lease) throws IOException;
  }
}
