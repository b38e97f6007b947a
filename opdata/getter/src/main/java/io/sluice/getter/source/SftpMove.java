package io.sluice.getter.source;

import java.io.IOException;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;

/** Takes files away; a server would rename one over another. */
final class SftpMove {

  private SftpMove() {}

  static Void remove(SftpClient sftp, String path) throws IOException {
    sftp.remove(NameCodec.toServer(path));
    return null;
  }

  static Void move(SftpClient sftp, String server, String from, String to) throws IOException {
    if (exists(sftp, NameCodec.toServer(to))) {
      throw new SourceNameTaken(server, to);
    }
    makeDirectories(sftp, to.substring(0, to.lastIndexOf('/')));
    sftp.rename(NameCodec.toServer(from), NameCodec.toServer(to));
    return null;
  }

  private static void makeDirectories(SftpClient sftp, String path) throws IOException {
    String all = NameCodec.toServer(path);
    if (all.isEmpty() || exists(sftp, all)) {
      return;
    }
    makeDirectories(sftp, path.substring(0, path.lastIndexOf('/')));
    sftp.mkdir(all);
  }

  private static boolean exists(SftpClient sftp, String path) throws IOException {
    try {
      sftp.stat(path);
      return true;
    } catch (SftpException e) {
      if (e.getStatus() == SftpConstants.SSH_FX_NO_SUCH_FILE
          || e.getStatus() == SftpConstants.SSH_FX_NO_SUCH_PATH) {
        return false;
      }
      throw e;
    }
  }
}
