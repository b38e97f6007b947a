package io.sluice.handler.xml;

/**
 * What one document may cost, so that no file can take the process down.
 *
 * @param depth elements open at once
 * @param attributes attributes of one element
 * @param names distinct names of elements and attributes
 * @param tokenBytes bytes of one tag, comment or piece of text
 */
public record XmlLimits(int depth, int attributes, int names, int tokenBytes) {

  public static final XmlLimits DEFAULT = new XmlLimits(64, 256, 10_000, 8 << 20);
}
