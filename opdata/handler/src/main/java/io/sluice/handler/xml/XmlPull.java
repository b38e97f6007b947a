package io.sluice.handler.xml;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.fate.RejectFile;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import org.codehaus.stax2.XMLInputFactory2;
import org.codehaus.stax2.XMLStreamLocation2;
import org.codehaus.stax2.XMLStreamReader2;
import org.codehaus.stax2.typed.TypedValueDecoder;

/**
 * Pulls events out of one XML document by Aalto, values as slices of a char array that stay valid
 * until the next call. Names are local names: namespaces are not looked at. Comments, processing
 * instructions and the document type are passed over; nothing external is ever read, no entity ever
 * expanded.
 */
public final class XmlPull implements AutoCloseable {

  /** What {@link #next()} found. A run of text may come in several {@code TEXT} events. */
  public enum Event {
    START,
    END,
    TEXT,
    END_OF_FILE
  }

  /** Takes text in pieces, each of which is valid during the call. */
  public interface Text {
    void append(char[] chars, int offset, int length);
  }

  private static final char[] NONE = {};
  private static final Set<Charset> READ_BY_AALTO =
      Set.of(StandardCharsets.UTF_8, StandardCharsets.US_ASCII, StandardCharsets.ISO_8859_1);

  private final XMLStreamReader2 in;
  private final TokenGuard guard;
  private final XmlOpener opener;
  private final XmlLimits limits;
  private final int skippedLines;
  private final Slice slice = new Slice();
  private final Set<String> names = new HashSet<>();
  private String name = "";
  private String lastName = "";
  private String lastAttribute = "";
  private int depth;

  XmlPull(InputStream document, XmlProlog prolog, XmlOpener opener) {
    this.opener = opener;
    this.limits = opener.limits();
    this.guard = new TokenGuard(document, limits.tokenBytes());
    this.skippedLines = prolog.skippedLines();
    try {
      this.in = reader(prolog.charset());
    } catch (XMLStreamException e) {
      throw new RejectFile("not_well_formed", "line 1, column 1", text(e), e);
    }
  }

  private XMLStreamReader2 reader(Charset charset) throws XMLStreamException {
    XMLInputFactory2 factory = opener.factory();
    return (XMLStreamReader2)
        (READ_BY_AALTO.contains(charset)
            ? factory.createXMLStreamReader(guard, charset.name())
            : factory.createXMLStreamReader(opener.decoder().open(guard, charset)));
  }

  /**
   * Reads the next event.
   *
   * @throws RejectFile when the document cannot be read on; it says where
   */
  public Event next() {
    while (true) {
      switch (nextToken()) {
        case XMLStreamConstants.START_ELEMENT -> {
          return started();
        }
        case XMLStreamConstants.END_ELEMENT -> {
          depth--;
          name = in.getLocalName();
          return Event.END;
        }
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE -> {
          int start = in.getTextStart();
          slice.decode(in.getTextCharacters(), start, start + in.getTextLength());
          return Event.TEXT;
        }
        case XMLStreamConstants.ENTITY_REFERENCE ->
            throw reject("entity", "the entity &" + in.getLocalName() + "; is not expanded", null);
        case XMLStreamConstants.END_DOCUMENT -> {
          return Event.END_OF_FILE;
        }
        default -> {}
      }
    }
  }

  private int nextToken() {
    guard.startToken();
    try {
      return in.next();
    } catch (XMLStreamException e) {
      throw failed(e);
    } catch (IndexOutOfBoundsException | IllegalStateException | IllegalArgumentException e) {
      // What the parser does with some broken input.
      throw reject("not_well_formed", "the parser gave up: " + e.getMessage(), e);
    }
  }

  /** Also an IOException inside is Aalto's own, about bytes: staging fails by a PauseStage. */
  private RejectFile failed(XMLStreamException e) {
    Throwable cause = e.getNestedException() == null ? e.getCause() : e.getNestedException();
    return cause instanceof CharacterCodingException
        ? reject("bad_charset", "bytes that are not valid in the file's charset", e)
        : reject("not_well_formed", text(e), e);
  }

  private Event started() {
    name = in.getLocalName();
    if (++depth > limits.depth()) {
      throw reject("too_deep", "more than " + limits.depth() + " nested elements", null);
    }
    if (in.getAttributeCount() > limits.attributes()) {
      throw reject("too_many_attributes", "more than " + limits.attributes() + " attributes", null);
    }
    if (isNew()) {
      remember();
    }
    return Event.START;
  }

  /** Cheap for the long runs of one element with one attribute that make up most of a file. */
  private boolean isNew() {
    int attributes = in.getAttributeCount();
    return !name.equals(lastName)
        || attributes > 1
        || (attributes == 1 && !in.getAttributeLocalName(0).equals(lastAttribute));
  }

  private void remember() {
    names.add(name);
    lastName = name;
    lastAttribute = in.getAttributeCount() == 0 ? "" : in.getAttributeLocalName(0);
    for (int i = 0; i < in.getAttributeCount(); i++) {
      names.add(in.getAttributeLocalName(i));
    }
    if (names.size() > limits.names()) {
      throw reject("too_many_names", "more than " + limits.names() + " different names", null);
    }
  }

  /**
   * Selects an attribute of the current {@code START}; its trimmed value is then the slice.
   *
   * @return false when the element has no such attribute; the slice is then empty
   */
  public boolean attribute(String wanted) {
    for (int i = 0; i < in.getAttributeCount(); i++) {
      if (in.getAttributeLocalName(i).equals(wanted)) {
        try {
          in.getAttributeAs(i, slice);
        } catch (XMLStreamException e) {
          throw failed(e);
        }
        return true;
      }
    }
    slice.handleEmptyValue();
    return false;
  }

  private RejectFile reject(String reason, String what, Exception cause) {
    String where = name.isEmpty() ? "" : " (at element '" + name + "')";
    return new RejectFile(reason, position(), what + where, cause);
  }

  /** The parser's sentence without the position it appends; it would be said twice. */
  private static String text(XMLStreamException e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    int at = message.indexOf("\n at ");
    return at < 0 ? message : message.substring(0, at);
  }

  /** Reads the rest of the current element; text of elements inside it is passed over. */
  public void readText(Text text) {
    int inside = depth;
    while (true) {
      switch (next()) {
        case TEXT -> text.append(slice.chars, slice.start, slice.length);
        case START -> skipElement();
        default -> {
          if (depth < inside) {
            return;
          }
        }
      }
    }
  }

  /** Calls for each element inside the current one; what is called must read it to its end. */
  public void children(Runnable child) {
    int inside = depth;
    while (true) {
      switch (next()) {
        case START -> child.run();
        case TEXT -> {}
        default -> {
          if (depth < inside) {
            return;
          }
        }
      }
    }
  }

  /** Passes over the rest of the element whose {@code START} was the last event. */
  public void skipElement() {
    int outer = depth - 1;
    while (next() != Event.END || depth != outer) {}
  }

  /** Local name of the element of a {@code START} or {@code END}. */
  public String name() {
    return name;
  }

  /** The array that holds the current slice: a {@code TEXT}'s, or the attribute's last selected. */
  public char[] chars() {
    return slice.chars;
  }

  public int offset() {
    return slice.start;
  }

  public int length() {
    return slice.length;
  }

  /** Line from 1. */
  public long line() {
    return location().getLineNumber() + (long) skippedLines;
  }

  /** Column from 1. */
  public long column() {
    return location().getColumnNumber();
  }

  private XMLStreamLocation2 location() {
    return in.getLocationInfo().getCurrentLocation();
  }

  /** As rejects give it. */
  public String position() {
    return "line " + line() + ", column " + column();
  }

  @Override
  public void close() {
    opener.saw(names.size());
    try {
      in.close();
    } catch (XMLStreamException e) {
      throw new PauseStage("closing the staged file failed: " + e.getMessage(), e);
    }
  }

  /** The way to an attribute's chars without a String. */
  private static final class Slice extends TypedValueDecoder {
    char[] chars = NONE;
    int start;
    int length;

    @Override
    public void decode(String input) {
      decode(input.toCharArray(), 0, input.length());
    }

    @Override
    public void decode(char[] buffer, int from, int end) {
      chars = buffer;
      start = from;
      length = end - from;
    }

    @Override
    public void handleEmptyValue() {
      decode(NONE, 0, 0);
    }
  }
}
