package io.sluice.service.getter;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;

/** What whoever posts to {@code /file-ready} must know. */
final class FileReadyToken {
  private static final String SCHEME = "Bearer ";
  private static final String SETTING = "sluice.getter.file-ready-token";

  private final byte[] token;

  private FileReadyToken(byte[] token) {
    this.token = token;
  }

  /**
   * The token that is configured; the one in the file without the white space around it.
   *
   * @param token null or blank for none
   * @param file null for none
   * @throws IOException naming the setting, when the file cannot be read
   * @throws IllegalArgumentException when both are set, or the file is empty
   */
  static FileReadyToken of(String token, Path file) throws IOException {
    boolean told = token != null && !token.isBlank();
    if (file == null) {
      return new FileReadyToken(told ? bytes(token) : new byte[0]);
    }
    if (told) {
      throw new IllegalArgumentException(
          "%s and %s-file are both set; leave one out".formatted(SETTING, SETTING));
    }
    return new FileReadyToken(read(file));
  }

  private static byte[] read(Path file) throws IOException {
    String content;
    try {
      content = Files.readString(file).strip();
    } catch (IOException e) {
      throw new IOException("%s-file cannot be read: %s".formatted(SETTING, e.getMessage()), e);
    }
    if (content.isEmpty()) {
      throw new IllegalArgumentException("%s-file %s is empty".formatted(SETTING, file));
    }
    return bytes(content);
  }

  /**
   * Why a request is refused; empty if it may pass. Takes as long for a wrong token as for a nearly
   * right one.
   *
   * @param authorization the header; null if there was none
   */
  Optional<String> refusal(String authorization) {
    if (token.length == 0) {
      return Optional.of(
          "no token is configured: set %s or %s-file of the getter".formatted(SETTING, SETTING));
    }
    if (authorization == null
        || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Optional.of(
          "send the token that %s sets, as Authorization: Bearer".formatted(SETTING));
    }
    byte[] given = bytes(authorization.substring(SCHEME.length()).strip());
    return MessageDigest.isEqual(token, given)
        ? Optional.empty()
        : Optional.of("the token is not the one that %s sets".formatted(SETTING));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Nothing of the token. */
  @Override
  public String toString() {
    return token.length == 0 ? "no token" : "a token";
  }
}
