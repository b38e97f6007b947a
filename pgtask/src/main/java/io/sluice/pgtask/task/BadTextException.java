package io.sluice.pgtask.task;

/** A text of a task cannot be understood; says what is wrong and how to write it. */
public final class BadTextException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final String remedy;

  /**
   * @param remedy one sentence that says what to write instead
   */
  public BadTextException(String message, String remedy) {
    super(message);
    this.remedy = remedy;
  }

  /** One sentence that says what to write instead. */
  public String remedy() {
    return remedy;
  }
}
