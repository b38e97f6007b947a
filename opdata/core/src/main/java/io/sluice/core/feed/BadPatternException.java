package io.sluice.core.feed;

/** A pattern of a feed cannot be understood; says what is wrong and how to write it. */
public final class BadPatternException extends IllegalArgumentException {

  private final String remedy;

  BadPatternException(String message, String remedy) {
    super(message);
    this.remedy = remedy;
  }

  /** One sentence that says what to write instead. */
  public String remedy() {
    return remedy;
  }
}
