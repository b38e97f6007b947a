package io.sluice.handler.xml;

/**
 * Pulls events out of one XML document, values as slices of a char array that stay valid until the
 * next call. Names are local names: namespaces are not looked at. Comments, processing instructions
 * and the document type are passed over; nothing external is ever read, no entity ever expanded.
 */
public interface XmlPull extends AutoCloseable {

  /** What {@link #next()} found. A run of text may come in several {@code TEXT} events. */
  enum Event {
    START,
    END,
    TEXT,
    END_OF_FILE
  }

  /**
   * Reads the next event.
   *
   * @throws io.sluice.core.fate.RejectFile when the document cannot be read on; it says where
   */
  Event next();

  /** Local name of the element of a {@code START} or {@code END}. */
  String name();

  /**
   * Selects an attribute of the current {@code START}; its trimmed value is then the slice.
   *
   * @return false when the element has no such attribute; the slice is then empty
   */
  boolean attribute(String name);

  /** The array that holds the current slice: a {@code TEXT}'s, or the attribute's last selected. */
  char[] chars();

  int offset();

  int length();

  /** Line from 1. */
  long line();

  /** Column from 1. */
  long column();

  /** Elements open, the current {@code START} included. */
  int depth();

  @Override
  void close();

  /** As rejects give it. */
  default String position() {
    return "line " + line() + ", column " + column();
  }

  /** Passes over the rest of the element whose {@code START} was the last event. */
  default void skipElement() {
    int outer = depth() - 1;
    while (true) {
      if (next() == Event.END && depth() == outer) {
        return;
      }
    }
  }
}
