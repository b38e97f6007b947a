package io.sluice.getter.source;

import io.sluice.core.yaml.Secret;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.util.security.SecurityUtils;

/** The keys and the password of a login, read before a server is troubled with it. */
record Credentials(List<KeyPair> keys, Optional<String> password) {

  /**
   * Reads the secrets.
   *
   * @throws IOException when the key cannot be used, saying why
   * @throws io.sluice.core.yaml.SecretUnavailableException when a secret cannot be read
   */
  static Credentials of(SftpLogin login) throws IOException {
    List<KeyPair> keys = new ArrayList<>();
    if (login.key().isPresent()) {
      keys(login, login.key().get()).forEach(keys::add);
    }
    return new Credentials(keys, login.password().map(Secret::resolve));
  }

  void logIn(ClientSession session, Duration timeout) throws IOException {
    keys.forEach(session::addPublicKeyIdentity);
    password.ifPresent(session::addPasswordIdentity);
    session.auth().verify(timeout);
  }

  private static Iterable<KeyPair> keys(SftpLogin login, Secret key) throws IOException {
    byte[] text = (key.resolve() + "\n").getBytes(StandardCharsets.UTF_8);
    FilePasswordProvider passphrase =
        login
            .passphrase()
            .map(secret -> FilePasswordProvider.of(secret.resolve()))
            .orElse(FilePasswordProvider.EMPTY);
    Iterable<KeyPair> pairs;
    try {
      pairs =
          SecurityUtils.loadKeyPairIdentities(
              null,
              NamedResource.ofName(key.toString()),
              new ByteArrayInputStream(text),
              passphrase);
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new IOException(
          "private key %s cannot be used (%s); check its passphrase and that it is complete"
              .formatted(key, e.getMessage()),
          e);
    }
    if (pairs == null || !pairs.iterator().hasNext()) {
      throw new IOException(key + " holds no private key; put one in OpenSSH or PEM format there");
    }
    return pairs;
  }
}
