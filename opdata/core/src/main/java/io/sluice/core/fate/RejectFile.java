package io.sluice.core.fate;

/**
 * A file that cannot be read by any repetition: it closes as rejected; its raw bytes stay for a
 * replay.
 */
public final class RejectFile extends FateException {

  private final String reason;
  private final String position;

  /**
   * @param reason short and stable, a metric label: {@code empty}, {@code not_well_formed}, {@code
   *     wrong_root} …
   * @param position {@code line 3, column 17}, {@code byte 4711} or {@code member a/b.xml}; may be
   *     empty
   */
  public RejectFile(String reason, String position, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
    this.position = position;
  }

  public RejectFile(String reason, String position, String message) {
    this(reason, position, message, null);
  }

  public String reason() {
    return reason;
  }

  public String position() {
    return position;
  }
}
