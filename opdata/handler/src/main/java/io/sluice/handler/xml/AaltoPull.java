package io.sluice.handler.xml;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.fate.RejectFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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

/** {@link XmlPull} by Aalto, which neither reads a DTD nor expands entities of its own. */
final class AaltoPull implements XmlPull {

  private static final char[] NONE = {};

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

  private AaltoPull(XMLStreamReader2 in, TokenGuard guard, XmlOpener opener, int skippedLines) {
    this.in = in;
    this.guard = guard;
    this.opener = opener;
    this.limits = opener.limits();
    this.skippedLines = skippedLines;
  }

  static AaltoPull of(InputStream in, Charset charset, XmlOpener opener, int skippedLines) {
    try {
      TokenGuard guard = new TokenGuard(in, opener.limits().tokenBytes());
      return new AaltoPull(reader(guard, charset, opener), guard, opener, skippedLines);
    } catch (XMLStreamException e) {
      throw new RejectFile("not_well_formed", "line 1, column 1", text(e), e);
    }
  }

  private static XMLStreamReader2 reader(TokenGuard guard, Charset charset, XmlOpener opener)
      throws XMLStreamException {
    XMLInputFactory2 factory = opener.factory();
    return (XMLStreamReader2)
        (isReadByAalto(charset)
            ? factory.createXMLStreamReader(guard, charset.name())
            : factory.createXMLStreamReader(opener.decoder().open(guard, charset)));
  }

  private static boolean isReadByAalto(Charset charset) {
    return charset.equals(StandardCharsets.UTF_8)
        || charset.equals(StandardCharsets.US_ASCII)
        || charset.equals(StandardCharsets.ISO_8859_1);
  }

  @Override
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
    } catch (UncheckedIOException e) {
      throw new PauseStage("reading the staged file failed: " + e.getMessage(), e);
    } catch (IndexOutOfBoundsException | IllegalStateException | IllegalArgumentException e) {
      // What the parser does with some broken input.
      throw reject("not_well_formed", "the parser gave up: " + e.getMessage(), e);
    }
  }

  private RuntimeException failed(XMLStreamException e) {
    Throwable cause = e.getNestedException() == null ? e.getCause() : e.getNestedException();
    if (cause instanceof CharacterCodingException) {
      return reject("bad_charset", "bytes that are not valid in the file's charset", e);
    }
    if (cause instanceof IOException) {
      return isDecoding(e)
          ? reject("not_well_formed", text(e), e)
          : new PauseStage("reading the staged file failed: " + cause.getMessage(), e);
    }
    return reject("not_well_formed", text(e), e);
  }

  /** Aalto says bytes that are no UTF-8 by an IOException of its own. */
  private static boolean isDecoding(XMLStreamException e) {
    Throwable cause = e.getNestedException() == null ? e.getCause() : e.getNestedException();
    return cause.getStackTrace().length > 0
        && cause.getStackTrace()[0].getClassName().startsWith("com.fasterxml.aalto");
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

  @Override
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

  @Override
  public String name() {
    return name;
  }

  @Override
  public char[] chars() {
    return slice.chars;
  }

  @Override
  public int offset() {
    return slice.start;
  }

  @Override
  public int length() {
    return slice.length;
  }

  @Override
  public long line() {
    return location().getLineNumber() + (long) skippedLines;
  }

  @Override
  public long column() {
    return location().getColumnNumber();
  }

  private XMLStreamLocation2 location() {
    return in.getLocationInfo().getCurrentLocation();
  }

  @Override
  public int depth() {
    return depth;
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
