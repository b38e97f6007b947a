package io.sluice.core.yaml;

import com.networknt.schema.Error;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Says what the JSON Schema found in sentences for people, and takes the wrong values out of the
 * tree, so that the rest can be checked as well.
 */
public final class SchemaProblems {

  private final DocumentSchema schema;
  private final ObjectNode document;
  private final Problems problems;
  private final List<JsonPointer> wrong = new ArrayList<>();

  /** Keys that were probably meant by unknown ones: their absence is no problem of its own. */
  private final Set<JsonPointer> misspelt = new HashSet<>();

  private SchemaProblems(DocumentSchema schema, ObjectNode document, Problems problems) {
    this.schema = schema;
    this.document = document;
    this.problems = problems;
  }

  /** Reports what a document has wrong and takes it out. */
  public static void report(DocumentSchema schema, ObjectNode document, Problems problems) {
    SchemaProblems report = new SchemaProblems(schema, document, problems);
    schema.validate(document).stream()
        .filter(error -> !error.getEvaluationPath().toString().contains("/oneOf/"))
        .sorted(Comparator.comparing(error -> !error.getKeyword().equals("additionalProperties")))
        .forEach(report::translate);
    report.wrong.forEach(at -> takeOut(document, at));
  }

  private void translate(Error error) {
    JsonPointer at = JsonPointer.compile(error.getInstanceLocation().toString());
    String keywordAt = error.getSchemaLocation().getFragment().toString();
    JsonPointer keyword = JsonPointer.compile(keywordAt);
    JsonNode rule = schema.at(keyword.head());
    if (error.getEvaluationPath().toString().contains("/anyOf/")) {
      JsonNode whole = schema.at(keyword.head().head().head());
      alternatives(at, "at least one of ", whole.path("anyOf"), whole);
      return;
    }
    switch (error.getKeyword()) {
      case "required" -> missing(at, error.getProperty(), rule);
      case "additionalProperties" -> unknown(at, error.getProperty(), rule);
      case "oneOf" -> alternatives(at, "exactly one of ", rule.path("oneOf"), rule);
      default -> wrongValue(at, error, rule);
    }
  }

  private void missing(JsonPointer at, String property, JsonNode rule) {
    if (misspelt.contains(at.appendProperty(property))) {
      return;
    }
    JsonNode child = schema.property(rule, property).orElse(rule);
    problems.addAtKey(
        at.appendProperty(property),
        subject(at) + " has no " + property,
        "Add "
            + property
            + example(child).map(e -> ", for example " + property + ": " + e).orElse("")
            + ".");
  }

  private void unknown(JsonPointer at, String property, JsonNode rule) {
    Collection<String> known = rule.path("properties").propertyNames();
    Optional<String> suggestion = Suggestion.of(property, known);
    suggestion.ifPresent(meant -> misspelt.add(at.appendProperty(meant)));
    String remedy =
        suggestion
            .map(meant -> "Did you mean '" + meant + "'?")
            .orElse("Remove it, or use one of " + String.join(", ", known) + ".");
    JsonPointer key = at.appendProperty(property);
    problems.addAtKey(key, subject(at) + " has an unknown key '" + property + "'", remedy);
    wrong.add(key);
  }

  private void alternatives(JsonPointer at, String need, JsonNode branches, JsonNode rule) {
    List<String> names =
        branches.valueStream().map(b -> b.path("required").path(0).asString()).toList();
    if (names.stream().anyMatch(name -> misspelt.contains(at.appendProperty(name)))) {
      return;
    }
    String needed = need + String.join(", ", names);
    problems.addAtKey(
        at, subject(at) + " needs " + needed, "Write " + needed + exampleOf(rule) + ".");
  }

  private void wrongValue(JsonPointer at, Error error, JsonNode rule) {
    JsonNode value = document.at(at);
    problems.addAtValue(at, complaint(at, value, error, rule), remedy(at, error, rule));
    wrong.add(at);
  }

  private String complaint(JsonPointer at, JsonNode value, Error error, JsonNode rule) {
    String name = subject(at);
    return switch (error.getKeyword()) {
      case "type" ->
          value.isNull()
              ? name + " has no value"
              : name + " is " + kind(value) + ", not " + kinds(rule.path("type"));
      case "enum" -> name + " cannot be " + shown(value);
      case "pattern" -> name + " cannot be read: " + shown(value);
      case "minimum" -> name + " is below " + rule.path("minimum").asString();
      case "maximum" -> name + " is above " + rule.path("maximum").asString();
      case "minLength", "minItems", "minProperties" -> name + " is empty";
      case "maxLength" -> name + " is longer than " + rule.path("maxLength").asString();
      case "uniqueItems" -> name + " names something twice";
      default -> name + " is invalid: " + error.getMessage();
    };
  }

  private String remedy(JsonPointer at, Error error, JsonNode rule) {
    if (error.getKeyword().equals("enum")) {
      List<String> allowed = rule.path("enum").valueStream().map(JsonNode::asString).toList();
      return Suggestion.of(document.at(at).asString(""), allowed)
          .map(word -> "Did you mean '" + word + "'?")
          .orElse("Use one of " + String.join(", ", allowed) + ".");
    }
    String description = rule.path("description").asString("Correct it.");
    return description
        + schema
            .ofPlace(at)
            .flatMap(SchemaProblems::example)
            .or(() -> example(rule))
            .map(example -> " For example " + example + ".")
            .orElse("");
  }

  private static String exampleOf(JsonNode rule) {
    return example(rule).map(example -> ", for example " + example).orElse("");
  }

  private static Optional<String> example(JsonNode rule) {
    JsonNode example = rule.path("examples").path(0);
    return example.isMissingNode() ? Optional.empty() : Optional.of(inYaml(example));
  }

  /** As one would write it in YAML: texts without quotes where YAML needs none. */
  private static String inYaml(JsonNode value) {
    if (value.isObject()) {
      return value.properties().stream()
          .map(entry -> entry.getKey() + ": " + inYaml(entry.getValue()))
          .collect(Collectors.joining(", ", "{", "}"));
    }
    if (value.isArray()) {
      return value
          .valueStream()
          .map(SchemaProblems::inYaml)
          .collect(Collectors.joining(", ", "[", "]"));
    }
    String text = value.asString();
    boolean plain = !value.isString() || text.matches("[A-Za-z0-9/_][A-Za-z0-9/_.: -]*[A-Za-z0-9]");
    return plain ? text : value.toString();
  }

  private String subject(JsonPointer at) {
    if (at.matches()) {
      return schema.noun();
    }
    JsonPointer last = at.last();
    return last.mayMatchElement() && at.length() > last.length()
        ? at.head().last().getMatchingProperty() + "[" + last.getMatchingIndex() + "]"
        : last.getMatchingProperty();
  }

  private static String shown(JsonNode value) {
    String text = value.isString() ? "'" + value.asString() + "'" : value.toString();
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }

  private static String kinds(JsonNode type) {
    return type.isArray()
        ? type.valueStream().map(t -> kindOf(t.asString())).collect(Collectors.joining(" or "))
        : kindOf(type.asString());
  }

  private static String kind(JsonNode value) {
    return kindOf(value.getNodeType().name().toLowerCase(Locale.ROOT));
  }

  private static String kindOf(String schemaType) {
    return switch (schemaType) {
      case "object" -> "a mapping";
      case "array" -> "a list";
      case "boolean" -> "true or false";
      case "integer" -> "a whole number";
      case "number" -> "a number";
      case "null" -> "empty";
      default -> "text";
    };
  }

  /**
   * Removes a wrong value. Items of lists become null, so that the places of the others stay what
   * they are.
   */
  public static void takeOut(ObjectNode document, JsonPointer at) {
    JsonNode parent = at.matches() ? null : document.at(at.head());
    if (parent instanceof ObjectNode object) {
      object.remove(at.last().getMatchingProperty());
    } else if (parent instanceof ArrayNode array) {
      array.setNull(at.last().getMatchingIndex());
    }
  }
}
