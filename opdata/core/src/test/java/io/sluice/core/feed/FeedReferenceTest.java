package io.sluice.core.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.yaml.DocumentSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * The tables in docs/feeds.md are what the schema says; {@code -Dsluice.docs.write} writes them.
 */
class FeedReferenceTest {

  private static final Path PAGE = Path.of("../../docs/feeds.md");
  private static final String BEGIN = "<!-- generated from feed.schema.json -->\n";
  private static final String END = "<!-- end of the generated part -->";
  private static final DocumentSchema SCHEMA = FeedSchema.get();

  private final StringBuilder page = new StringBuilder();

  @Test
  void pageSaysWhatTheSchemaSays() throws IOException {
    String text = Files.readString(PAGE);
    section("", SCHEMA.root());
    String expected =
        text.substring(0, text.indexOf(BEGIN) + BEGIN.length())
            + page
            + text.substring(text.indexOf(END));
    if (Boolean.getBoolean("sluice.docs.write")) {
      Files.writeString(PAGE, expected);
    }
    assertThat(Files.readString(PAGE))
        .as("write the page by -Dtest=FeedReferenceTest -DargLine=-Dsluice.docs.write=true")
        .isEqualTo(expected);
  }

  @Test
  void pageShowsFeedsThatWork() throws IOException {
    String text = Files.readString(PAGE);
    String[] blocks = text.split("```yaml\n", -1);
    assertThat(blocks.length).isGreaterThan(1);
    for (int i = 1; i < blocks.length; i++) {
      String yaml = blocks[i].substring(0, blocks[i].indexOf("```"));
      assertThat(FeedParser.parse("feeds.md", yaml).problems()).isEmpty();
    }
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
    JsonNode schema = SCHEMA.resolve(declared);
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
    JsonNode schema = SCHEMA.resolve(declared);
    String path = parent.isEmpty() ? name : parent + "." + name;
    if (schema.has("properties") && !name.equals("after")) {
      section(path, schema);
    }
    nested(path + ".NAME", schema.path("additionalProperties"));
    nested(path + "[]", schema.path("items"));
  }

  private void nested(String path, JsonNode declared) {
    JsonNode schema = SCHEMA.resolve(declared);
    if (schema.has("properties")) {
      section(path, schema);
    }
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
    return schema.has("properties") && !schema.path("type").isArray()
        ? "see below"
        : "such as " + code(example.isString() ? example.asString() : example.toString());
  }

  private static String defaultOf(JsonNode schema) {
    JsonNode value = schema.path("default");
    if (value.isMissingNode()) {
      return schema.has("x-default") ? text(schema.get("x-default")) : "none";
    }
    boolean quoted = value.asString("").isEmpty() || value.asString("").length() == 1;
    return code(value.isString() && !quoted ? value.asString() : value.toString());
  }

  private static String code(String text) {
    return "`" + text.replace("|", "\\|") + "`";
  }

  private static String text(JsonNode node) {
    return node.asString("").replace("|", "\\|").replace("*", "\\*");
  }
}
