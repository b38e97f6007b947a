package io.sluice.cli;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Machine-readable output: the same records the tables show. */
final class Json {

  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private Json() {}

  static String text(Object value) {
    return MAPPER.writeValueAsString(value);
  }

  static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }
}
