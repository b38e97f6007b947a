package io.sluice.core.yaml;

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
 * The published JSON Schema (draft 2020-12) of one kind of documents. It is the only place of what
 * a document can say and of every default: those are filled in from it before a document is read.
 * Beside the keywords of JSON Schema it has {@code x-format}, the name of a check of {@link
 * TextChecks}, and {@code x-default}, a default in words. Immutable: one instance per kind.
 */
public final class DocumentSchema {

  private final JsonNode root;
  private final Schema validator;
  private final String noun;

  /**
   * Loads a schema.
   *
   * @param anchor a class beside whose file the schema lies
   * @param resource name of the schema
   * @param noun what problems call a whole document, such as {@code the feed}
   */
  public DocumentSchema(Class<?> anchor, String resource, String noun) {
    this.noun = noun;
    root = load(anchor, resource);
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

  private static JsonNode load(Class<?> anchor, String resource) {
    try (InputStream in = anchor.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalArgumentException("no " + resource + " beside " + anchor.getName());
      }
      return new JsonMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What problems call a whole document. */
  public String noun() {
    return noun;
  }

  /** The whole schema, references as they stand. */
  public JsonNode root() {
    return root;
  }

  List<Error> validate(JsonNode document) {
    return validator.validate(document);
  }

  /** The schema at a pointer into the schema document, references resolved. */
  public JsonNode at(JsonPointer pointer) {
    return resolve(root.at(pointer));
  }

  /** The schema with its reference replaced; what stands beside the reference wins. */
  public JsonNode resolve(JsonNode schema) {
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
  public Optional<JsonNode> property(JsonNode schema, String name) {
    JsonNode named = schema.path("properties").path(name);
    JsonNode child = named.isMissingNode() ? schema.path("additionalProperties") : named;
    return child.isObject() ? Optional.of(resolve(child)) : Optional.empty();
  }

  /** The schema of a place in a document; empty if the schema does not know it. */
  public Optional<JsonNode> ofPlace(JsonPointer place) {
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
  public String nameFormat(JsonNode schema) {
    return resolve(schema.path("propertyNames")).path("x-format").asString("");
  }

  /** Visits every value that the schema knows, with its schema. */
  public void walk(JsonNode value, Visitor visitor) {
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
  public void fillDefaults(ObjectNode document) {
    walk(
        document,
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
  public interface Visitor {
    void visit(JsonNode schema, JsonNode value, JsonPointer at);
  }
}
