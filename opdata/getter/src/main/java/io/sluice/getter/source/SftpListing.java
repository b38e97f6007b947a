package io.sluice.getter.source;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClient.Attributes;
import org.apache.sshd.sftp.client.SftpClient.DirEntry;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;

/** One listing of a server; directories are told apart by their paths without links. */
final class SftpListing extends Walk {

  /** Levels below the base directory, for servers that do not say where a link leads. */
  private static final int DEEPEST = 40;

  private final SftpSession session;
  private final long deepest;
  private boolean empty = true;

  SftpListing(SftpSession session, String base, Consumer<SourceFile> files) {
    super(files);
    this.session = session;
    this.deepest = depth(base) + DEEPEST;
  }

  /** Whether the base directory had no entry. */
  boolean empty() {
    return empty;
  }

  @Override
  void read(Folder folder) throws IOException {
    session.call(folder.path(), "list", sftp -> read(sftp, folder));
  }

  /** Reads a directory as the server hands it out, some hundred entries at a time. */
  private Void read(SftpClient sftp, Folder folder) throws IOException {
    try (SftpClient.CloseableHandle handle = sftp.openDir(NameCodec.toServer(folder.path()))) {
      for (List<DirEntry> some = next(sftp, handle); some != null; some = next(sftp, handle)) {
        for (DirEntry entry : some) {
          if (!isDots(entry.getFilename())) {
            empty = false;
            visit(sftp, entry, folder);
          }
        }
      }
      return null;
    }
  }

  /** Some servers fail when a file goes while they list it: the next scan sees the rest. */
  private List<DirEntry> next(SftpClient sftp, SftpClient.CloseableHandle handle)
      throws IOException {
    try {
      return sftp.readDir(handle);
    } catch (SftpException e) {
      if (e.getStatus() != SftpConstants.SSH_FX_NO_SUCH_FILE) {
        throw e;
      }
      empty = false;
      return null;
    }
  }

  private void visit(SftpClient sftp, DirEntry entry, Folder folder) throws IOException {
    String name = NameCodec.fromServer(entry.getFilename());
    if (!Names.safe(name)) {
      seen.leaveOut(folder.child(name), Listing.Why.UNUSABLE_NAME);
      return;
    }
    Attributes attributes = entry.getAttributes();
    if (attributes.isSymbolicLink()) {
      if (folder.wants(name)) {
        follow(sftp, name, folder);
      }
    } else if (attributes.isDirectory()) {
      enter(folder, name, below(folder.key(), name));
    } else if (attributes.isRegularFile() && folder.level().file(name)) {
      file(folder, name, SftpSession.describe(folder.child(name), attributes));
    }
  }

  private void follow(SftpClient sftp, String name, Folder folder) throws IOException {
    String path = folder.child(name);
    try {
      Attributes attributes = sftp.stat(NameCodec.toServer(path));
      String real = target(sftp, path, below(folder.key(), name));
      if (attributes.isDirectory()) {
        enter(folder, name, real);
      } else if (attributes.isRegularFile() && folder.level().file(name)) {
        int slash = real.lastIndexOf('/');
        String directory = slash == 0 ? "/" : real.substring(0, slash);
        link(SftpSession.describe(path, attributes), directory, real.substring(slash + 1));
      }
    } catch (SftpException e) {
      return; // to nowhere
    }
  }

  private void enter(Folder folder, String name, String real) {
    if (depth(folder.path()) < deepest) {
      directory(folder, name, real);
    }
  }

  private static long depth(String path) {
    return path.chars().filter(c -> c == '/').count();
  }

  /** Where a link leads: as the server knows it, or else by the link's own text. */
  private static String target(SftpClient sftp, String link, String own) throws IOException {
    String real = real(sftp, link);
    if (!real.equals(own) && !real.equals(link)) {
      return real;
    }
    String text = NameCodec.fromServer(sftp.readLink(NameCodec.toServer(link)));
    return normal(text.startsWith("/") ? text : own + "/../" + text);
  }

  private static String normal(String path) {
    Deque<String> names = new ArrayDeque<>();
    for (String name : path.split("/", -1)) {
      if (name.equals("..")) {
        names.pollLast();
      } else if (!name.isEmpty() && !name.equals(".")) {
        names.addLast(name);
      }
    }
    return "/" + String.join("/", names);
  }

  private static String below(Object directory, String name) {
    return directory.equals("/") ? "/" + name : directory + "/" + name;
  }

  static String real(SftpClient sftp, String path) throws IOException {
    return NameCodec.fromServer(sftp.canonicalPath(NameCodec.toServer(path)));
  }

  static boolean isDots(String name) {
    return name.equals(".") || name.equals("..");
  }
}
