package io.sluice.getter.source;

import io.sluice.core.feed.PathPattern;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClient.Attributes;
import org.apache.sshd.sftp.client.SftpClient.DirEntry;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;

/** One listing of a server: directory by directory in path order, each real directory once. */
final class SftpListing {

  private static final int DEEPEST = 40;

  /**
   * A directory to list.
   *
   * @param real its path without links
   */
  private record Folder(String path, String real, PathPattern.Level level, int depth) {

    String child(String name) {
      return below(path, name);
    }

    static String below(String directory, String name) {
      return directory.equals("/") ? "/" + name : directory + "/" + name;
    }
  }

  private final SftpSession session;
  private final String base;
  private final Consumer<SourceFile> files;
  private final Listing seen = new Listing();
  private final Visits visits = new Visits();
  private final Deque<Folder> folders = new ArrayDeque<>();
  private boolean empty = true;

  SftpListing(SftpSession session, String base, Consumer<SourceFile> files) {
    this.session = session;
    this.base = base;
    this.files = files;
  }

  Listing seen() {
    return seen;
  }

  /** Lists all; returns what the base directory looked like. */
  BaseDirectory.Look walk(PathPattern.Level level) throws IOException {
    try {
      String real = session.call(base, "list", sftp -> real(sftp, base));
      folders.push(new Folder(base, real, level, 0));
      list(folders.pop());
    } catch (SourceFileMissing e) {
      return BaseDirectory.Look.MISSING;
    } catch (SourceFileFailed e) {
      throw session.baseUnreadable(e);
    }
    while (!folders.isEmpty()) {
      listBelow(folders.pop());
    }
    visits.passOnLinked(seen, files);
    return new BaseDirectory.Look(true, null, empty);
  }

  private void listBelow(Folder folder) throws IOException {
    try {
      list(folder);
    } catch (SourceFileMissing e) {
      return; // removed since its parent was read
    } catch (SourceFileFailed e) {
      seen.unreadable(folder.path);
    }
  }

  private void list(Folder folder) throws IOException {
    if (!visits.enter(folder.real, folder.level)) {
      seen.repeated(folder.path);
      return;
    }
    List<Folder> below = new ArrayList<>();
    session.call(
        folder.path,
        "list",
        sftp -> {
          read(sftp, folder, below);
          return null;
        });
    seen.directory();
    below.sort(Comparator.comparing(Folder::path).reversed());
    below.forEach(folders::push);
  }

  /** Reads a directory as the server hands it out, some hundred entries at a time. */
  private void read(SftpClient sftp, Folder folder, List<Folder> below) throws IOException {
    try (SftpClient.CloseableHandle handle = sftp.openDir(NameCodec.toServer(folder.path))) {
      for (List<DirEntry> some = next(sftp, handle); some != null; some = next(sftp, handle)) {
        for (DirEntry entry : some) {
          if (!isDots(entry.getFilename())) {
            empty = false;
            visit(sftp, entry, folder, below);
          }
        }
      }
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

  private void visit(SftpClient sftp, DirEntry entry, Folder folder, List<Folder> below)
      throws IOException {
    String name = NameCodec.fromServer(entry.getFilename());
    if (!Names.safe(name)) {
      seen.unsafeName(folder.child(name));
      return;
    }
    Attributes attributes = entry.getAttributes();
    if (attributes.isSymbolicLink()) {
      if (folder.level.file(name) || folder.level.directory(name).isPresent()) {
        follow(sftp, name, folder, below);
      }
    } else if (attributes.isDirectory()) {
      directory(name, Folder.below(folder.real, name), folder, below);
    } else if (attributes.isRegularFile() && folder.level.file(name)) {
      file(SftpSession.describe(folder.child(name), attributes), name, folder);
    }
  }

  private void follow(SftpClient sftp, String name, Folder folder, List<Folder> below)
      throws IOException {
    String path = folder.child(name);
    try {
      Attributes attributes = sftp.stat(NameCodec.toServer(path));
      String real = target(sftp, path, folder);
      if (attributes.isDirectory()) {
        directory(name, real, folder, below);
      } else if (attributes.isRegularFile() && folder.level.file(name)) {
        int slash = real.lastIndexOf('/');
        String directory = slash == 0 ? "/" : real.substring(0, slash);
        SourceFile file = SftpSession.describe(path, attributes);
        visits.link(new Visits.Link(file, directory, real.substring(slash + 1)));
      }
    } catch (SftpException e) {
      return; // to nowhere
    }
  }

  private void directory(String name, String real, Folder folder, List<Folder> below) {
    if (folder.depth < DEEPEST) {
      folder
          .level
          .directory(name)
          .ifPresent(
              level -> below.add(new Folder(folder.child(name), real, level, folder.depth + 1)));
    }
  }

  private void file(SourceFile file, String name, Folder folder) {
    if (visits.passedOn(folder.real, name)) {
      seen.repeated(file.path());
    } else {
      seen.file();
      files.accept(file);
    }
  }

  /** Where a link leads: as the server knows it, or else by the link's own text. */
  private static String target(SftpClient sftp, String link, Folder folder) throws IOException {
    String real = real(sftp, link);
    String own = Folder.below(folder.real, link.substring(link.lastIndexOf('/') + 1));
    if (!real.equals(own) && !real.equals(link)) {
      return real;
    }
    String text = NameCodec.fromServer(sftp.readLink(NameCodec.toServer(link)));
    return normal(text.startsWith("/") ? text : Folder.below(folder.real, text));
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

  private static String real(SftpClient sftp, String path) throws IOException {
    return NameCodec.fromServer(sftp.canonicalPath(NameCodec.toServer(path)));
  }

  static boolean isDots(String name) {
    return name.equals(".") || name.equals("..");
  }
}
