package io.sluice.core.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.yaml.DocumentSchema;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The schema says exactly what the records hold: each property changes them, none is left over. */
class SchemaAgreementTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final DocumentSchema SCHEMA = FeedParser.SCHEMA;

  private static final String PM =
      """
      {"feed": "f", "source": {"sftp": {"hosts": ["h"], "user": "u", "key": "${env:K}", "path": "/x"}},
       "format": {"3gpp-pm": {}}, "target": {"table": "b.{measInfoId}"},
       "expect": {"every": "1h", "within": "2h"}}
      """;
  private static final String CSV =
      """
      {"feed": "f", "source": {"directory": {"path": "/x"}},
       "format": {"csv": {"columns": {"c": {"type": "date"}}}},
       "target": {"table": "t", "partition": {"by": "none"}}}
      """;

  /** Where the example is all that 3gpp-pm takes: a value for CSV. */
  private static final Map<String, String> OTHER_EXAMPLES = Map.of("/target/time", "c");

  /** Every property that holds a value, as a pointer into a feed. */
  static List<JsonPointer> properties() {
    List<JsonPointer> found = new ArrayList<>();
    collect(SCHEMA.root(), JsonPointer.empty(), found);
    return found;
  }

  private static void collect(JsonNode schema, JsonPointer at, List<JsonPointer> found) {
    schema
        .path("properties")
        .properties()
        .forEach(p -> descend(SCHEMA.resolve(p.getValue()), at.appendProperty(p.getKey()), found));
  }

  private static void descend(JsonNode schema, JsonPointer at, List<JsonPointer> found) {
    collect(schema, at, found);
    if (schema.path("additionalProperties").isObject()) {
      collect(SCHEMA.resolve(schema.get("additionalProperties")), at.appendProperty("c"), found);
    }
    if (schema.path("items").isObject()) {
      collect(SCHEMA.resolve(schema.get("items")), at.appendIndex(0), found);
    }
    boolean group = schema.has("properties") && !schema.path("type").isArray();
    if (!group && !at.toString().equals("/clean")) {
      found.add(at);
    }
  }

  private static ObjectNode base(JsonPointer property) {
    String path = property.toString();
    boolean csv = path.matches("/format/csv.*|/source/directory.*");
    return (ObjectNode) JSON.readTree(csv ? CSV : PM);
  }

  private static Feed parse(JsonNode feed) {
    FeedResult result = FeedParser.parse("f.json", feed.toString());
    assertThat(result.problems()).isEmpty();
    return result.feed().orElseThrow();
  }

  private static Feed with(JsonPointer property) {
    String other = OTHER_EXAMPLES.get(property.toString());
    ObjectNode feed = other == null ? base(property) : (ObjectNode) JSON.readTree(CSV);
    JsonNode schema = SCHEMA.ofPlace(property).orElseThrow();
    JsonNode example =
        schema
            .path("examples")
            .valueStream()
            .filter(value -> !value.equals(schema.path("default")))
            .findFirst()
            .orElseThrow();
    put(feed, property, other == null ? example : feed.stringNode(other));
    return parse(feed);
  }

  private static void put(ObjectNode feed, JsonPointer at, JsonNode value) {
    if (at.toString().startsWith("/clean/0/")) {
      feed.putArray("clean").addObject().set(at.last().getMatchingProperty(), value);
      return;
    }
    ObjectNode parent = feed;
    for (JsonPointer step = at; !step.tail().matches(); step = step.tail()) {
      parent = parent.withObjectProperty(step.getMatchingProperty());
    }
    parent.set(at.last().getMatchingProperty(), value);
  }

  @ParameterizedTest
  @MethodSource("properties")
  void changesFeed_whenPropertyHasAnotherValue(JsonPointer property) {
    boolean csv = OTHER_EXAMPLES.containsKey(property.toString());
    assertThat(with(property)).isNotEqualTo(parse(csv ? JSON.readTree(CSV) : base(property)));
  }

  @ParameterizedTest
  @MethodSource("properties")
  void sayItAll_inDescriptionAndExample(JsonPointer property) {
    JsonNode schema = SCHEMA.ofPlace(property).orElseThrow();
    assertThat(schema.path("description").asString("")).endsWith(".");
    assertThat(schema.path("examples").size()).isPositive();
    ObjectNode everyExample = base(property);
    for (JsonNode example : schema.path("examples")) {
      put(everyExample, property, example);
      parse(everyExample);
    }
  }

  @ParameterizedTest
  @MethodSource("properties")
  void isTheSameFeed_whenDefaultIsWritten(JsonPointer property) {
    JsonNode schema = SCHEMA.ofPlace(property).orElseThrow();
    ObjectNode feed = base(property);
    if (schema.has("default") && feed.at(property).isMissingNode()) {
      put(feed, property, schema.get("default"));
    }
    assertThat(parse(feed)).isEqualTo(parse(base(property)));
  }

  private static final String WHERE_IT_IS_SAID = "Feed.places";

  @Test
  void everyComponentOfTheRecords_canBeSaidInAFeed() {
    Set<String> said = new TreeSet<>();
    for (JsonPointer property : properties()) {
      changed(parse(base(property)), with(property), said);
    }
    Stream.of(PM, CSV).forEach(feed -> changed(null, parse(JSON.readTree(feed)).expect(), said));
    List<String> all =
        Stream.of(
                Feed.class,
                FeedSource.class,
                FeedSource.ArchiveLimits.class,
                FeedSource.After.Move.class,
                Origin.Directory.class,
                Origin.Sftp.class,
                Origin.HostLimits.class,
                FeedFormat.Pm.class,
                FeedFormat.Csv.class,
                FeedFormat.Column.class,
                CleanStep.Drop.class,
                CleanStep.Keep.class,
                CleanStep.Rename.class,
                CleanStep.Default.class,
                CleanStep.Trim.class,
                FeedTarget.class,
                FeedTarget.Partitioning.class,
                FeedTarget.Grants.class,
                FeedTarget.SchemaLimits.class,
                Expectation.class)
            .flatMap(type -> Stream.of(type.getRecordComponents()).map(SchemaAgreementTest::name))
            .toList();
    assertThat(said)
        .containsAll(all.stream().filter(name -> !name.equals(WHERE_IT_IS_SAID)).toList());
  }

  private static String name(RecordComponent component) {
    return component.getDeclaringRecord().getSimpleName() + "." + component.getName();
  }

  /** Collects the components in which two values differ, down to the innermost. */
  private static void changed(Object before, Object after, Set<String> out) {
    if (after == null || after.equals(before)) {
      return;
    }
    if (after instanceof Record record) {
      boolean comparable = before != null && before.getClass() == after.getClass();
      for (RecordComponent component : record.getClass().getRecordComponents()) {
        Object old = comparable ? value(component, before) : null;
        Object now = value(component, after);
        if (!now.equals(old)) {
          out.add(name(component));
          changed(old, now, out);
        }
      }
    } else if (after instanceof Optional<?> some) {
      Object old = before instanceof Optional<?> optional ? optional.orElse(null) : null;
      changed(old, some.orElse(null), out);
    } else if (after instanceof Map<?, ?> map) {
      Map<?, ?> old = before instanceof Map<?, ?> other ? other : Map.of();
      map.forEach((key, value) -> changed(old.get(key), value, out));
    } else if (after instanceof Collection<?> all) {
      all.forEach(item -> changed(null, item, out));
    }
  }

  private static Object value(RecordComponent component, Object of) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }
}
