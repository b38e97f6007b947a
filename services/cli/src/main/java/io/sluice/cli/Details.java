package io.sluice.cli;

import java.io.PrintWriter;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** One thing in full: indented names and values, nulls left out. */
final class Details {

  private Details() {}

  static void print(PrintWriter out, JsonNode node) {
    print(out, node, "");
  }

  private static void print(PrintWriter out, JsonNode node, String indent) {
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      JsonNode value = field.getValue();
      if (value.isObject() && !value.isEmpty()) {
        out.println(indent + field.getKey() + ":");
        print(out, value, indent + "  ");
      } else if (value.isArray() && value.path(0).isObject()) {
        value.forEach(
            item -> {
              out.println(indent + field.getKey() + ":");
              print(out, item, indent + "  ");
            });
      } else if (!value.isNull() && !(value.isContainer() && value.isEmpty())) {
        out.println(indent + field.getKey() + ": " + text(value));
      }
    }
  }

  private static String text(JsonNode value) {
    if (!value.isArray()) {
      return value.asString();
    }
    return String.join(", ", value.valueStream().map(JsonNode::asString).toList());
  }
}
