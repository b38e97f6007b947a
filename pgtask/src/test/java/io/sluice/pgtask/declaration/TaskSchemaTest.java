package io.sluice.pgtask.declaration;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.yaml.DocumentSchema;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The schemas say exactly what the records hold: each property changes them. */
class TaskSchemaTest {

  private static final JsonMapper JSON = new JsonMapper();

  /** A property of a schema. */
  record Property(DocumentSchema schema, JsonPointer at) {
    @Override
    public String toString() {
      return schema.noun() + " " + at;
    }
  }

  static List<Property> properties() {
    List<Property> found = new ArrayList<>();
    for (DocumentSchema schema : List.of(TaskParser.TASKS, TaskParser.DATABASES)) {
      collect(schema, schema.root(), JsonPointer.empty(), found);
    }
    return found;
  }

  private static void collect(
      DocumentSchema schema, JsonNode rule, JsonPointer at, List<Property> found) {
    rule.path("properties")
        .properties()
        .forEach(
            p -> {
              JsonNode child = schema.resolve(p.getValue());
              JsonPointer place = at.appendProperty(p.getKey());
              collect(schema, child, place, found);
              if (!child.has("properties")) {
                found.add(new Property(schema, place));
              }
            });
  }

  /** The least document that has the property's section and lets it say something else. */
  private static ObjectNode base(Property property) {
    String at = property.at().toString();
    String json = "{'task': 't', 'partition': {'tables': ['a.b']}}";
    if (property.schema() == TaskParser.DATABASES) {
      json = "{'database': 'd', 'url': 'jdbc:postgresql://h/d', 'user': 'u'}";
    } else if (at.startsWith("/unpartition")) {
      json = "{'task': 't', 'unpartition': {'table': 'a.b'}}";
    } else if (at.startsWith("/convert")) {
      json = "{'task': 't', 'convert': {'table': 'a.b', 'column': 'c', 'by': 'week'}}";
    } else if (at.startsWith("/maintenance")) {
      json =
          "{'task': 't', 'maintenance': {'tables': ['a.b'], 'vacuum': {}, 'analyze': {},"
              + " 'reindex': {}, 'reorder': {}, 'rewrite': {'bloat': '33%', 'tablespace': 'x'}}}";
    } else if (at.equals("/partition/feed")) {
      json = "{'task': 't', 'partition': {'feed': 'x'}}";
    } else if (at.equals("/partition/archive")) {
      json =
          "{'task': 't', 'partition': {'tables': ['a.b'], 'expired': 'archive', 'archive': 'x'}}";
    } else if (at.equals("/partition/expired")) {
      json = "{'task': 't', 'partition': {'tables': ['a.b'], 'expired': 'keep'}}";
    } else if (at.equals("/partition/indexes")) {
      json = "{'task': 't', 'partition': {'tables': ['a.b'], 'expired': 'keep'}}";
    } else if (at.startsWith("/partition/sub/hash")) {
      json =
          "{'task': 't', 'partition': {'tables': ['a.b'], 'sub': {'hash': {'column': 'x', 'parts': 2}}}}";
    } else if (at.startsWith("/partition/sub/list")) {
      json =
          "{'task': 't', 'partition': {'tables': ['a.b'], 'sub': {'list': {'column': 'x', 'values': {'a': ['b']}}}}}";
    } else if (at.startsWith("/partition/sub/range")) {
      json =
          "{'task': 't', 'partition': {'tables': ['a.b'], 'by': 'week', 'sub': {'range': {'column': 'x', 'by': 'hour'}}}}";
    }
    return (ObjectNode) JSON.readTree(json.replace('\'', '"'));
  }

  private static Object parse(JsonNode document) {
    TaskFile file = TaskParser.parse("t.json", document.toString());
    assertThat(file.problems()).isEmpty();
    Declaration declared = file.declared().orElseThrow();
    return declared instanceof Declaration.OfTask task ? task.task() : declared;
  }

  private static void put(ObjectNode document, JsonPointer at, JsonNode value) {
    ObjectNode parent = document;
    for (JsonPointer step = at; !step.tail().matches(); step = step.tail()) {
      parent = parent.withObjectProperty(step.getMatchingProperty());
    }
    parent.set(at.last().getMatchingProperty(), value);
    if (at.toString().equals("/partition/expired") && value.asString().equals("archive")) {
      parent.put("archive", "cold");
    }
  }

  private static JsonNode other(Property property, JsonNode rule, JsonNode now) {
    List<JsonNode> values = new ArrayList<>(rule.path("examples").valueStream().toList());
    rule.path("enum").valueStream().forEach(values::add);
    if (rule.path("type").asString("").equals("boolean")) {
      values.add(JSON.readTree("true"));
      values.add(JSON.readTree("false"));
    }
    if (rule.path("type").asString("").equals("integer")) {
      values.add(JSON.readTree(String.valueOf(rule.path("minimum").asInt() + 4)));
    }
    if (rule.path("x-format").asString("").matches("share|size|duration")) {
      values.add(
          JSON.readTree(
              rule.path("x-format").asString().equals("share")
                  ? "\"77%\""
                  : rule.path("x-format").asString().equals("size") ? "\"77MB\"" : "\"77s\""));
    }
    return values.stream()
        .filter(value -> !value.equals(rule.path("default")) && !value.equals(now))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no other value for " + property));
  }

  @ParameterizedTest
  @MethodSource("properties")
  void changesTheRecord_whenPropertyHasAnotherValue(Property property) {
    JsonNode rule = property.schema().ofPlace(property.at()).orElseThrow();
    ObjectNode changed = base(property);
    put(changed, property.at(), other(property, rule, changed.at(property.at())));
    assertThat(parse(changed)).isNotEqualTo(parse(base(property)));
  }

  @ParameterizedTest
  @MethodSource("properties")
  void saysItAll_inDescriptionAndExample(Property property) {
    JsonNode rule = property.schema().ofPlace(property.at()).orElseThrow();
    assertThat(rule.path("description").asString("")).endsWith(".");
    assertThat(rule.path("examples").size()).isPositive();
    for (JsonNode example : rule.path("examples")) {
      ObjectNode document = base(property);
      put(document, property.at(), example);
      parse(document);
    }
  }

  @ParameterizedTest
  @MethodSource("properties")
  void isTheSame_whenDefaultIsWritten(Property property) {
    JsonNode rule = property.schema().ofPlace(property.at()).orElseThrow();
    ObjectNode document = base(property);
    if (rule.has("default") && document.at(property.at()).isMissingNode()) {
      put(document, property.at(), rule.get("default"));
    }
    assertThat(parse(document)).isEqualTo(parse(base(property)));
  }
}
