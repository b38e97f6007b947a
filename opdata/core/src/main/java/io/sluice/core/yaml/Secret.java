package io.sluice.core.yaml;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A reference to a secret, {@code ${env:NAME}} or {@code ${file:/path}}. The value is read at each
 * use, so that a rotated secret needs no restart, and is never part of a text form.
 *
 * @param kind where the value is
 * @param locator name of the variable, or absolute path of the file
 */
public record Secret(Kind kind, String locator) {

  /** Where the value of a secret is. */
  public enum Kind {
    ENV,
    FILE
  }

  private static final Pattern TEXT =
      Pattern.compile("\\$\\{(?:env:([A-Za-z_][A-Za-z0-9_]*)|file:(/[^}]+))}");

  /** Reads a reference; empty if the text is something else, such as the secret itself. */
  public static Optional<Secret> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        matcher.group(1) != null
            ? new Secret(Kind.ENV, matcher.group(1))
            : new Secret(Kind.FILE, matcher.group(2)));
  }

  /**
   * Reads the value, without the line breaks at its end.
   *
   * @throws SecretUnavailableException if the variable is not set, or the file cannot be read
   */
  public String resolve() {
    String value = kind == Kind.ENV ? readVariable() : readFile();
    return value.replaceFirst("[\\r\\n]+\\z", "");
  }

  private String readVariable() {
    String value = System.getenv(locator);
    if (value == null) {
      throw new SecretUnavailableException(
          this + " is not set; set this environment variable for the service", null);
    }
    return value;
  }

  private String readFile() {
    try {
      return Files.readString(Path.of(locator));
    } catch (IOException | InvalidPathException e) {
      throw new SecretUnavailableException(
          this + " cannot be read; mount the file and let the service's user read it", e);
    }
  }

  /** The reference, never the value. */
  @Override
  public String toString() {
    return "${" + (kind == Kind.ENV ? "env:" : "file:") + locator + "}";
  }
}
