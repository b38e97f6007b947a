package io.sluice.getter.source;

import io.sluice.core.feed.HostPort;
import io.sluice.core.yaml.Secret;
import io.sluice.core.yaml.SecretUnavailableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.AttributeRepository;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.cipher.Cipher;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionHeartbeatController.HeartbeatType;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.sftp.SftpModuleProperties;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClientFactory;
import org.apache.sshd.sftp.client.impl.AbstractSftpClient;

/** Makes SFTP connections: one client of the library for all servers, a check of keys for each. */
public final class SftpConnector implements AutoCloseable {

  private static final AttributeRepository.AttributeKey<HostKeys> HOST_KEYS =
      new AttributeRepository.AttributeKey<>();
  private static final Duration HEARTBEAT = Duration.ofSeconds(10);

  private final SshClient client;

  public SftpConnector() {
    client = SshClient.setUpDefaultClient();
    client.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
    client.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
    client.setServerKeyVerifier(
        (session, address, key) -> hostKeys(session).verify(session, address, key));
    client.addSessionListener(
        new SessionListener() {
          @Override
          public void sessionCreated(Session session) {
            ClientSession ours = (ClientSession) session;
            hostKeys(ours).preferKnownKinds(ours);
          }
        });
    client.setSessionHeartbeat(HeartbeatType.RESERVED, HEARTBEAT);
    CoreModuleProperties.HEARTBEAT_NO_REPLY_MAX.set(client, 3);
    CoreModuleProperties.TCP_NODELAY.set(client, true); // each small file is a few short messages
    client.setCipherFactories(hardwareFirst(client.getCipherFactories()));
    client.start();
  }

  /**
   * Connects and logs in.
   *
   * @throws SourceAway saying what is wrong and what to do
   */
  SftpConnection connect(HostPort server, SftpLogin login) throws SourceAway {
    HostKeys keys = new HostKeys(server, login);
    ClientSession session = null;
    long patience = System.nanoTime() + login.timeout().toNanos();
    try {
      Credentials credentials = Credentials.of(login);
      session = connect(server, login, keys);
      credentials.logIn(session, login.timeout());
      SftpClient sftp = SftpClientFactory.instance().createSftpClient(session);
      sftp.setNameDecodingCharset(StandardCharsets.ISO_8859_1);
      return new SftpConnection(login, session, sftp);
    } catch (IOException | SecretUnavailableException e) {
      Optional<String> refusal = Refusals.of(session, System.nanoTime() < patience, e);
      close(session);
      if (refusal.isPresent()) {
        throw new SourceRefused(server + " " + refusal.get(), e);
      }
      String reason = keys.problem() != null ? keys.problem() : reason(login, e);
      throw new SourceAway("cannot connect to " + server + ": " + reason, e);
    } catch (RuntimeException e) {
      close(session);
      throw e;
    }
  }

  @Override
  public void close() {
    client.stop();
  }

  private ClientSession connect(HostPort server, SftpLogin login, HostKeys keys)
      throws IOException {
    AttributeRepository context = AttributeRepository.ofKeyValuePair(HOST_KEYS, keys);
    ClientSession session =
        client
            .connect(login.user(), server.host(), server.port(), context, null)
            .verify(login.timeout())
            .getSession();
    limitWaits(session, login.timeout());
    return session;
  }

  /** Every wait for the server ends in time: opening a channel, each answer, silence. */
  private static void limitWaits(ClientSession session, Duration timeout) {
    CoreModuleProperties.IDLE_TIMEOUT.set(session, timeout);
    CoreModuleProperties.CHANNEL_OPEN_TIMEOUT.set(session, timeout);
    CoreModuleProperties.WAIT_FOR_SPACE_TIMEOUT.set(session, timeout);
    SftpModuleProperties.SFTP_CHANNEL_OPEN_TIMEOUT.set(session, timeout);
    AbstractSftpClient.SFTP_CLIENT_CMD_TIMEOUT.set(session, timeout);
  }

  /** AES-GCM, which processors do by themselves, costs a fraction of the library's first choice. */
  private static List<NamedFactory<Cipher>> hardwareFirst(List<NamedFactory<Cipher>> ciphers) {
    return ciphers.stream()
        .sorted(Comparator.comparing(cipher -> !cipher.getName().contains("-gcm@")))
        .toList();
  }

  private static String reason(SftpLogin login, Exception e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    return message.contains("No more authentication methods")
        ? "login of user '%s' by %s refused; check the user, its key or password"
            .formatted(login.user(), login.key().map(Secret::toString).orElse("password"))
        : message;
  }

  private static HostKeys hostKeys(ClientSession session) {
    return session.getConnectionContext().getAttribute(HOST_KEYS);
  }

  private static void close(ClientSession session) {
    if (session != null) {
      session.close(true);
    }
  }
}
