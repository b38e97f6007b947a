package io.sluice.core.yaml;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.temporal.TemporalAmount;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Checks the texts of a document by the {@code x-format} of their schema. Thread-safe. */
public final class TextChecks {

  /** What is wrong with a text, without the text itself if it may be a secret. */
  public record Fault(String message, String remedy) {}

  /** Times further away do not fit into PostgreSQL's microseconds. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private static final int SQL_NAME_BYTES = 63;

  private final Map<String, Function<String, Optional<Fault>>> checks = new HashMap<>();

  /**
   * The formats of every kind of documents, and further ones.
   *
   * @param extra checks by format; one of a format that is here replaces it
   */
  public TextChecks(Map<String, Function<String, Optional<Fault>>> extra) {
    checks.put("duration", TextChecks::duration);
    checks.put("keep", text -> text.equals("forever") ? Optional.empty() : retention(text));
    checks.put("size", TextChecks::size);
    checks.put("zone", TextChecks::zone);
    checks.put("secret", TextChecks::secret);
    checks.put("sql-name", TextChecks::sqlName);
    checks.put("directory", TextChecks::directory);
    checks.put("regex-group", TextChecks::regexWithGroup);
    checks.put("query", text -> query("the query", text));
    checks.putAll(extra);
  }

  /** What is wrong with a text; a format that is not known takes every text. */
  public Optional<Fault> check(String format, String text) {
    return checks.getOrDefault(format, any -> Optional.empty()).apply(text);
  }

  /**
   * Reports wrong texts and wrong names of properties. Wrong texts are taken out as the schema's
   * are, so that later checks do not trip over them.
   */
  public void checkTexts(DocumentSchema schema, ObjectNode tree, Problems problems) {
    List<JsonPointer> wrong = new ArrayList<>();
    schema.walk(
        tree,
        (rule, value, at) -> {
          checkNames(schema.nameFormat(rule), value, at, problems);
          Optional.of(value)
              .filter(JsonNode::isString)
              .flatMap(v -> check(rule.path("x-format").asString(""), v.asString()))
              .ifPresent(
                  fault -> {
                    problems.addAtValue(at, fault.message(), fault.remedy());
                    wrong.add(at);
                  });
        });
    wrong.forEach(at -> SchemaProblems.takeOut(tree, at));
  }

  private void checkNames(String format, JsonNode value, JsonPointer at, Problems problems) {
    for (String name : format.isEmpty() ? List.<String>of() : List.copyOf(value.propertyNames())) {
      check(format, name)
          .ifPresent(
              fault -> problems.addAtKey(at.appendProperty(name), fault.message(), fault.remedy()));
    }
  }

  private static Optional<Fault> duration(String text) {
    Optional<Duration> duration = Durations.parse(text);
    if (duration.isEmpty()) {
      return Optional.of(
          new Fault(
              "'" + text + "' is not a duration",
              "Write a number and ms, s, m, h, d or w, for example 15m."));
    }
    return hundredYears(text, duration.get().compareTo(LONGEST) > 0);
  }

  private static Optional<Fault> retention(String text) {
    Optional<TemporalAmount> keep = Retention.parse(text);
    if (keep.filter(k -> !Retention.shortest(k).isZero()).isEmpty()) {
      return Optional.of(
          new Fault(
              "'" + text + "' says no time to keep rows",
              "Write a duration such as 90d, months or years such as 13 months, or forever."));
    }
    return hundredYears(text, Retention.shortest(keep.get()).compareTo(LONGEST.plusDays(25)) > 0);
  }

  private static Optional<Fault> hundredYears(String text, boolean exceeded) {
    return fault(
        exceeded,
        "'" + text + "' is longer than a hundred years",
        "Write at most " + Durations.format(LONGEST) + ".");
  }

  private static Optional<Fault> size(String text) {
    return fault(
        DataSize.parse(text).isEmpty(),
        "'" + text + "' is not a size",
        "Write a number and B, KB, MB, GB or TB, for example 20MB.");
  }

  private static Optional<Fault> zone(String text) {
    try {
      ZoneId.of(text);
      return Optional.empty();
    } catch (DateTimeException e) {
      String remedy =
          Suggestion.of(text, ZoneId.getAvailableZoneIds())
              .map(meant -> "Did you mean '" + meant + "'?")
              .orElse("Use a zone such as Europe/Berlin, or an offset such as +02:00.");
      return Optional.of(new Fault("'" + text + "' is not a time zone", remedy));
    }
  }

  private static Optional<Fault> secret(String text) {
    return fault(
        Secret.parse(text).isEmpty(),
        "a secret is written out where only a reference is allowed",
        "Put it in an environment variable or a file, and refer to it with ${env:NAME} or"
            + " ${file:/path}.");
  }

  private static Optional<Fault> sqlName(String text) {
    return fault(
        text.isBlank() || text.indexOf('\0') >= 0 || tooLong(text),
        "'" + text + "' is not a PostgreSQL name",
        "Use 1 to 63 bytes.");
  }

  /** Whether PostgreSQL would cut a name off: it keeps 63 bytes. */
  public static boolean tooLong(String name) {
    return name.getBytes(StandardCharsets.UTF_8).length > SQL_NAME_BYTES;
  }

  private static Optional<Fault> directory(String text) {
    return fault(
        !text.startsWith("/") || text.contains("/../") || text.endsWith("/.."),
        "'" + text + "' is not an absolute path",
        "Start it with / and do not use ..");
  }

  private static Optional<Fault> regexWithGroup(String text) {
    try {
      return fault(
          Pattern.compile(text).matcher("").groupCount() == 0,
          "the regular expression has no group",
          "Put the part you want in parentheses, for example /pm/([^/]+)/.");
    } catch (PatternSyntaxException e) {
      return Optional.of(
          new Fault(
              "not a regular expression: " + e.getDescription(),
              "Use the syntax of java.util.regex, for example /pm/([^/]+)/."));
    }
  }

  /**
   * A text that is one reading statement of SQL, as far as can be told without a database.
   *
   * @param name what the message calls it
   */
  public static Optional<Fault> query(String name, String text) {
    String sql = text.strip().toLowerCase(Locale.ROOT);
    return fault(
        !sql.matches("(?s)(select|with|values|table)\\b.*") || sql.contains(";"),
        name + " is not a single SQL query",
        "Write one select without a semicolon, for example select name from cm.gnb.");
  }

  /** A fault if something is wrong. */
  public static Optional<Fault> fault(boolean wrong, String message, String remedy) {
    return wrong ? Optional.of(new Fault(message, remedy)) : Optional.empty();
  }
}
