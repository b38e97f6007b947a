package io.sluice.core.feed;

import io.sluice.core.feed.FeedFormat.Column;
import io.sluice.core.feed.FeedSource.After;
import io.sluice.core.yaml.DataSize;
import io.sluice.core.yaml.Durations;
import io.sluice.core.yaml.Places;
import io.sluice.core.yaml.Retention;
import io.sluice.core.yaml.Secret;
import java.time.Duration;
import java.time.ZoneId;
import java.time.temporal.TemporalAmount;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.EnumNamingStrategies;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes a feed of a tree that has no problem left and its defaults filled in. A property becomes
 * the component of a record that has its name; this class says where the two differ.
 */
final class FeedBinder {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enumNamingStrategy(EnumNamingStrategies.LOWER_CAMEL_CASE)
          .addModule(
              new SimpleModule()
                  .addDeserializer(Character.class, text(FeedBinder::first))
                  .addDeserializer(char.class, text(FeedBinder::first))
                  .addDeserializer(DataSize.class, text(DataSize::parse))
                  .addDeserializer(Duration.class, text(Durations::parse))
                  .addDeserializer(HostPort.class, text(HostPort::parse))
                  .addDeserializer(Secret.class, text(Secret::parse))
                  .addDeserializer(TemporalAmount.class, text(Retention::parse))
                  .addDeserializer(SqlType.class, text(SqlType::parse))
                  .addDeserializer(After.class, new Reader<>(FeedBinder::after))
                  .addDeserializer(Column.class, new Reader<>(FeedBinder::column))
                  .addDeserializer(Origin.class, new Reader<>(FeedBinder::origin)))
          .build();

  private FeedBinder() {}

  static Feed bind(ObjectNode feed, Places places) {
    ObjectNode source = (ObjectNode) feed.get("source");
    source.set("origin", source.deepCopy());
    ObjectNode target = (ObjectNode) feed.get("target");
    if (feed.get("format").has("csv")) {
      target.put("layout", Layout.ROWS.id());
    }
    leaveOut((ObjectNode) target.get("partition"), "forever", "keep");
    return new Feed(
        feed.get("feed").asString(),
        feed.path("formerly").stringValueOpt(),
        feed.get("description").asString(),
        ZoneId.of(feed.get("zone").asString()),
        JSON.treeToValue(source, FeedSource.class),
        format(feed.get("format")),
        feed.get("clean").valueStream().map(FeedBinder::cleanStep).toList(),
        JSON.treeToValue(target, FeedTarget.class),
        Optional.ofNullable(feed.get("expect"))
            .map(expect -> JSON.treeToValue(expect, Expectation.class)),
        places);
  }

  private static Origin origin(JsonNode source) {
    return source.has("sftp")
        ? JSON.treeToValue(source.get("sftp"), Origin.Sftp.class)
        : JSON.treeToValue(source.get("directory"), Origin.Directory.class);
  }

  private static After after(JsonNode after) {
    return switch (after.asString("move")) {
      case "keep" -> new After.Keep();
      case "delete" -> new After.Delete();
      default -> new After.Move(after.get("move").asString());
    };
  }

  private static FeedFormat format(JsonNode format) {
    return format.has("csv")
        ? csv((ObjectNode) format.get("csv"))
        : JSON.treeToValue(format.get("3gpp-pm"), FeedFormat.Pm.class);
  }

  private static FeedFormat csv(ObjectNode csv) {
    leaveOut(csv, "auto", "delimiter", "skipLines", "charset");
    leaveOut(csv, "", "quote", "escape", "comment", "groupSeparator");
    csv.put("header", csv.get("header").asString()); // auto, or a boolean
    return JSON.treeToValue(csv, FeedFormat.Csv.class);
  }

  /** What has this value is empty. */
  private static void leaveOut(ObjectNode part, String value, String... names) {
    for (String name : names) {
      if (part.path(name).isString() && part.get(name).asString().equals(value)) {
        part.remove(name);
      }
    }
  }

  private static Column column(JsonNode column) {
    return new Column(
        column.stringValueOpt().or(column.path("type")::stringValueOpt).flatMap(SqlType::parse),
        column.path("format").stringValueOpt(),
        Optional.ofNullable(column.get("from")).map(JsonNode::asString));
  }

  private static CleanStep cleanStep(JsonNode step) {
    Map.Entry<String, JsonNode> only = step.properties().iterator().next();
    JsonNode value = only.getValue();
    return switch (only.getKey()) {
      case "drop" -> new CleanStep.Drop(texts(value));
      case "keep" -> new CleanStep.Keep(texts(value));
      case "rename" -> new CleanStep.Rename(textsByName(value));
      case "default" -> new CleanStep.Default(textsByName(value));
      case "trim" -> new CleanStep.Trim(texts(value));
      default -> throw new IllegalStateException("schema allows an unknown step " + only.getKey());
    };
  }

  private static List<String> texts(JsonNode list) {
    return list.valueStream().map(JsonNode::asString).toList();
  }

  private static Map<String, String> textsByName(JsonNode mapping) {
    Map<String, String> texts = new LinkedHashMap<>();
    mapping.properties().forEach(entry -> texts.put(entry.getKey(), entry.getValue().asString()));
    return Collections.unmodifiableMap(texts);
  }

  private static Optional<Character> first(String text) {
    return Optional.of(text.charAt(0));
  }

  private static <T> Reader<T> text(Function<String, Optional<T>> parser) {
    return new Reader<>(node -> parser.apply(node.asString()).orElseThrow());
  }

  private static final class Reader<T> extends ValueDeserializer<T> {

    private final Function<JsonNode, T> read;

    Reader(Function<JsonNode, T> read) {
      this.read = read;
    }

    @Override
    public T deserialize(JsonParser in, DeserializationContext context) {
      return read.apply(context.readTree(in));
    }
  }
}
