package io.sluice.getter.source;

import io.sluice.core.feed.Origin;
import io.sluice.core.yaml.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.apache.sshd.client.config.hosts.KnownHostEntry;

/** What a connection is made with. Connections of equal logins are interchangeable. */
record SftpLogin(
    String user,
    Optional<Secret> key,
    Optional<Secret> passphrase,
    Optional<Secret> password,
    Path knownHosts,
    boolean strictHostKeys,
    Duration timeout) {

  static SftpLogin of(Origin.Sftp origin) {
    return new SftpLogin(
        origin.user(),
        origin.key(),
        origin.passphrase(),
        origin.password(),
        origin.knownHosts().map(Path::of).orElseGet(KnownHostEntry::getDefaultKnownHostsFile),
        origin.strictHostKeys(),
        origin.timeout());
  }
}
