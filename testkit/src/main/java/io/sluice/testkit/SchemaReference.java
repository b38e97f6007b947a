package io.sluice.testkit;

import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The tables of a reference page, as a JSON Schema says them: one section a mapping, one row a
 * property.
 */
public final class SchemaReference {

  private static final String END = "<!-- end of the generated part -->";

  private final JsonNode root;
  private final StringBuilder page = new StringBuilder();

  private SchemaReference(JsonNode root) {
    this.root = root;
  }

  /**
   * A page as it should be: what stands between {@code <!-- generated from FILE -->} and the end
   * mark is replaced.
   */
  public static String current(String page, String schemaFile, JsonNode schema) {
    String begin = "<!-- generated from " + schemaFile + " -->\n";
    int from = page.indexOf(begin) + begin.length();
    SchemaReference reference = new SchemaReference(schema);
    reference.section("", schema);
    return page.substring(0, from) + reference.page + page.substring(page.indexOf(END, from));
  }

  private JsonNode resolve(JsonNode schema) {
    if (!schema.has("$ref")) {
      return schema;
    }
    JsonNode target = root.at(schema.get("$ref").asString().substring(1));
    ObjectNode merged = (ObjectNode) resolve(target).deepCopy();
    merged.setAll((ObjectNode) schema);
    merged.remove("$ref");
    return merged;
  }

  private void section(String name, JsonNode schema) {
    if (!name.isEmpty()) {
      page.append("\n### ").append(name).append("\n\n");
    }
    page.append(text(schema.path("description"))).append("\n\n");
    page.append("| Property | Value | Default | Meaning |\n| --- | --- | --- | --- |\n");
    schema.path("properties").properties().forEach(p -> row(schema, p.getKey(), p.getValue()));
    schema.path("properties").properties().forEach(p -> below(name, p.getKey(), p.getValue()));
  }

  private void row(JsonNode parent, String name, JsonNode declared) {
    JsonNode schema = resolve(declared);
    boolean required =
        parent.path("required").valueStream().anyMatch(r -> r.asString().equals(name));
    page.append(
        "| `%s` | %s | %s | %s |%n"
            .formatted(
                name,
                value(schema),
                required ? "required" : defaultOf(schema),
                text(schema.path("description"))));
  }

  private void below(String parent, String name, JsonNode declared) {
    JsonNode schema = resolve(declared);
    String path = parent.isEmpty() ? name : parent + "." + name;
    if (isGroup(schema)) {
      section(path, schema);
    }
    nested(path + ".NAME", schema.path("additionalProperties"));
    nested(path + "[]", schema.path("items"));
  }

  private void nested(String path, JsonNode declared) {
    JsonNode schema = resolve(declared);
    if (schema.has("properties")) {
      section(path, schema);
    }
  }

  private static boolean isGroup(JsonNode schema) {
    return schema.has("properties") && !schema.path("type").isArray();
  }

  private static String value(JsonNode schema) {
    if (schema.has("enum")) {
      return schema
          .get("enum")
          .valueStream()
          .map(v -> code(v.asString()))
          .collect(Collectors.joining(", "));
    }
    JsonNode example = schema.path("examples").path(0);
    return isGroup(schema)
        ? "see below"
        : "such as " + code(example.isString() ? example.asString() : example.toString());
  }

  private static String defaultOf(JsonNode schema) {
    JsonNode value = schema.path("default");
    if (value.isMissingNode() || schema.has("x-default")) {
      return text(schema.path("x-default").asString("none"));
    }
    boolean quoted = value.asString("").isEmpty() || value.asString("").length() == 1;
    return code(value.isString() && !quoted ? value.asString() : value.toString());
  }

  private static String code(String text) {
    return "`" + text.replace("|", "\\|") + "`";
  }

  private static String text(JsonNode node) {
    return text(node.asString(""));
  }

  private static String text(String words) {
    return words.replace("|", "\\|").replace("*", "\\*");
  }
}
