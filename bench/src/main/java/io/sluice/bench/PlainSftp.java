package io.sluice.bench;

import io.sluice.testkit.PrivateSshd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Fetches files by OpenSSH's own client, over one connection. */
record PlainSftp(PrivateSshd sshd, Path directory, List<Path> files) {

  /** What came, and the processor time of the client. */
  record Done(long bytes, Duration processor) {}

  Done run() throws IOException, InterruptedException {
    Path into = Files.createTempDirectory(directory, "plain-");
    Path commands = directory.resolve("sftp.batch");
    Files.write(commands, files.stream().map(file -> "get " + file + " " + into).toList());
    // "times" prints what the shell's children took, as 0m1.234s 0m0.567s in its second line.
    String script =
        "sftp -q -P %d -i %s -o UserKnownHostsFile=%s -b %s %s@127.0.0.1 >/dev/null && times"
            .formatted(sshd.port(), sshd.key(), sshd.knownHosts(), commands, sshd.user());
    Process bash = new ProcessBuilder("bash", "-c", script).redirectErrorStream(true).start();
    String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (bash.waitFor() != 0) {
      throw new IOException("sftp -b failed: " + said);
    }
    long bytes = 0;
    for (Path file : files) {
      bytes += Files.size(into.resolve(file.getFileName()));
    }
    return new Done(bytes, times(said));
  }

  private static Duration times(String said) {
    String last = said.strip().lines().reduce("", (before, line) -> line);
    Duration sum = Duration.ZERO;
    for (String time : last.split(" ", -1)) {
      sum = sum.plus(Duration.parse("PT" + time));
    }
    return sum;
  }
}
