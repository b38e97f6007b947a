package io.sluice.handler.csv;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** Tells whether a text is JSON that PostgreSQL takes. */
final class JsonText {

  private static final ObjectMapper JSON = JsonMapper.builder().build();

  private JsonText() {}

  /** What is wrong with it, or null. */
  static String check(char[] chars, int from, int length) {
    String text = new String(chars, from, length);
    try {
      JSON.readTree(text);
      return text.contains("\\u0000") || text.isBlank() ? "not JSON that jsonb accepts" : null;
    } catch (JacksonException e) {
      return "not JSON: " + e.getOriginalMessage();
    }
  }
}
