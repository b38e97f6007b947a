package io.sluice.handler.xml;

import com.fasterxml.aalto.stax.InputFactoryImpl;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.fate.RejectFile;
import io.sluice.handler.input.Sample;
import io.sluice.handler.input.TextDecoder;
import java.io.IOException;
import java.io.InputStream;
import org.codehaus.stax2.XMLInputFactory2;

/**
 * Opens XML documents, one after the other. Buffers and the table of names are kept from document
 * to document. Not for use by several threads.
 */
public final class XmlOpener {

  private final XmlLimits limits;
  private final Sample sample = new Sample(XmlProlog.HEAD);
  private final TextDecoder decoder = new TextDecoder();
  private XMLInputFactory2 factory;
  private int names;

  public XmlOpener(XmlLimits limits) {
    this.limits = limits;
  }

  /**
   * Opens a document; the charset comes from the byte-order mark or the prolog. The one before must
   * be closed.
   *
   * @param in stays the caller's to close
   * @throws RejectFile when it is empty, or names a charset that is not known
   */
  public XmlPull open(InputStream in) {
    try {
      sample.read(in);
    } catch (IOException e) {
      throw new PauseStage("reading the staged file failed: " + e.getMessage(), e);
    }
    XmlProlog prolog = XmlProlog.of(sample);
    sample.rejectBlank(sample.text(sample.size(), prolog.charset()));
    return new XmlPull(sample.stream(), prolog, this);
  }

  XmlLimits limits() {
    return limits;
  }

  TextDecoder decoder() {
    return decoder;
  }

  /** Factories keep every name they ever saw, so none lives for ever. */
  XMLInputFactory2 factory() {
    if (factory == null || names > limits.names()) {
      names = 0;
      factory = new InputFactoryImpl();
      factory.setProperty(XMLInputFactory2.IS_COALESCING, false);
      factory.setProperty(XMLInputFactory2.IS_REPLACING_ENTITY_REFERENCES, false);
      factory.setProperty(XMLInputFactory2.P_LAZY_PARSING, false);
    }
    return factory;
  }

  /** Names that a document had. */
  void saw(int distinct) {
    names += distinct;
  }
}
