package io.sluice.loader.check;

/**
 * Ids that the rows of a chunk use stand for something else now, or for nothing: a dimension table
 * was truncated, dropped or restored since the files were handled.
 */
public final class IdsChanged extends RuntimeException {

  IdsChanged(String message, Throwable cause) {
    super(message, cause);
  }
}
