package io.sluice.core.work;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The SHA-256 of some bytes.
 *
 * @param hex 64 lower-case digits
 */
public record Checksum(String hex) {

  public static Checksum of(byte[] digest) {
    return new Checksum(HexFormat.of().formatHex(digest));
  }

  /** A digest that {@link #of} takes the result of. */
  public static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  public byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }
}
