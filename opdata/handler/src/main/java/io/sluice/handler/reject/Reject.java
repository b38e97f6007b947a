package io.sluice.handler.reject;

import io.sluice.core.work.Work;

/**
 * One row of sluice.reject.
 *
 * @param reason short and stable, a metric label
 * @param line from 1; 0 when not known
 * @param column from 1; 0 when not known
 * @param element the network element, may be null
 * @param object the measured object, may be null
 * @param item the counter or column, may be null
 * @param cells how many cells (CSV: rows) it takes away
 * @param message what is wrong, for a person
 * @param raw what the file said, may be null
 */
public record Reject(
    String reason,
    long line,
    int column,
    String element,
    String object,
    String item,
    long cells,
    String message,
    String raw) {

  private static final int MAX_CHARS = 1_024;

  public Reject {
    element = cut(element);
    object = cut(object);
    item = cut(item);
    message = cut(message);
    raw = cut(raw);
  }

  /** At most 1 KiB of it is kept (D4), and nothing that PostgreSQL's text refuses. */
  private static String cut(String text) {
    boolean tooLong = text != null && text.length() > MAX_CHARS;
    return Work.text(tooLong ? text.substring(0, MAX_CHARS) : text);
  }
}
