package io.sluice.core.feed;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.keyword.NonValidationKeyword;
import com.networknt.schema.path.PathType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The published JSON Schema of feeds. It is the only place of what a feed can say and of every
 * default: those are filled in from it before a feed is read.
 */
final class FeedSchema {

  /** Name of the schema beside this class. */
  static final String RESOURCE = "feed.schema.json";

  private static final FeedSchema INSTANCE = new FeedSchema();

  private final JsonNode root;
  private final Schema validator;

  private FeedSchema() {
    root = load();
    SchemaRegistryConfig config =
        SchemaRegistryConfig.builder()
            .pathType(PathType.JSON_POINTER)
            .formatAssertionsEnabled(false)
            .build();
    Dialect dialect =
        Dialect.builder(Dialects.getDraft202012())
            .keyword(new NonValidationKeyword("x-format"))
            .keyword(new NonValidationKeyword("x-default"))
            .build();
    validator =
        SchemaRegistry.withDefaultDialect(dialect, builder -> builder.schemaRegistryConfig(config))
            .getSchema(root);
  }

  private static JsonNode load() {
    try (InputStream in = FeedSchema.class.getResourceAsStream(RESOURCE)) {
      return new JsonMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static FeedSchema get() {
    return INSTANCE;
  }

  /** The whole schema, references resolved one level. */
  JsonNode root() {
    return root;
  }

  List<Error> validate(JsonNode feed) {
    return validator.validate(feed);
  }

  /** The schema at a pointer into the schema document, references resolved. */
  JsonNode at(JsonPointer pointer) {
    return resolve(root.at(pointer));
  }

  /** The schema with its reference replaced; what stands beside the reference wins. */
  JsonNode resolve(JsonNode schema) {
    if (!schema.has("$ref")) {
      return schema;
    }
    String target = schema.get("$ref").asString().substring(1);
    ObjectNode merged = (ObjectNode) resolve(root.at(target)).deepCopy();
    merged.setAll((ObjectNode) schema);
    merged.remove("$ref");
    return merged;
  }

  /** The schema of one property of an object. */
  Optional<JsonNode> property(JsonNode schema, String name) {
    JsonNode named = schema.path("properties").path(name);
    JsonNode child = named.isMissingNode() ? schema.path("additionalProperties") : named;
    return child.isObject() ? Optional.of(resolve(child)) : Optional.empty();
  }

  /** The schema of a place in a feed; empty if the schema does not know it. */
  Optional<JsonNode> ofPlace(JsonPointer place) {
    Optional<JsonNode> found = Optional.of(root);
    for (JsonPointer at = place; !at.matches(); at = at.tail()) {
      String step = at.getMatchingProperty();
      found =
          found.flatMap(
              schema ->
                  schema.has("items")
                      ? Optional.of(resolve(schema.get("items")))
                      : property(schema, step));
    }
    return found;
  }

  /** The format that the names of a mapping's properties have, or an empty text. */
  String nameFormat(JsonNode schema) {
    return resolve(schema.path("propertyNames")).path("x-format").asString("");
  }

  /** Visits every value that the schema knows, with its schema. */
  void walk(JsonNode value, Visitor visitor) {
    walk(root, value, JsonPointer.empty(), visitor);
  }

  private void walk(JsonNode schema, JsonNode value, JsonPointer at, Visitor visitor) {
    visitor.visit(schema, value, at);
    if (value.isObject()) {
      value
          .properties()
          .forEach(
              entry ->
                  property(schema, entry.getKey())
                      .ifPresent(
                          child ->
                              walk(
                                  child,
                                  entry.getValue(),
                                  at.appendProperty(entry.getKey()),
                                  visitor)));
    } else if (value.isArray() && schema.has("items")) {
      JsonNode items = resolve(schema.get("items"));
      for (int i = 0; i < value.size(); i++) {
        walk(items, value.get(i), at.appendIndex(i), visitor);
      }
    }
  }

  /** Sets every absent property that has a default. */
  void fillDefaults(ObjectNode feed) {
    walk(
        feed,
        (schema, value, at) -> {
          if (value instanceof ObjectNode object) {
            schema
                .path("properties")
                .properties()
                .forEach(p -> fill(object, p.getKey(), p.getValue()));
          }
        });
  }

  private void fill(ObjectNode object, String name, JsonNode propertySchema) {
    JsonNode schema = resolve(propertySchema);
    if (!object.has(name) && schema.has("default")) {
      object.set(name, schema.get("default").deepCopy());
    }
  }

  /** Is shown each value. */
  interface Visitor {
    void visit(JsonNode schema, JsonNode value, JsonPointer at);
  }
}
