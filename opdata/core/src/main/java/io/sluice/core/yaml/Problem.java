package io.sluice.core.yaml;

/**
 * Something in a YAML file that a person has to change.
 *
 * @param file name or path of the file, as it was given
 * @param line from 1
 * @param column from 1
 * @param pointer JSON pointer (RFC 6901) to the place, empty for the whole document
 * @param message what is wrong; never contains a secret
 * @param remedy one sentence that says what to do
 */
public record Problem(
    String file, int line, int column, String pointer, String message, String remedy) {

  /** {@code file:line:column: message. remedy}, as compilers print it. */
  @Override
  public String toString() {
    return file + ":" + line + ":" + column + ": " + message + ". " + remedy;
  }
}
