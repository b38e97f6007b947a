package io.sluice.core.feed;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Checks the texts of a feed by the {@code x-format} of their schema. */
final class TextChecks {

  /** What is wrong with a text, without the text itself if it may be a secret. */
  record Fault(String message, String remedy) {}

  /** Times further away do not fit into PostgreSQL's microseconds. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private static final int SQL_NAME_BYTES = 63;
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^}]*)}");

  private static final Map<String, Function<String, Optional<Fault>>> CHECKS =
      Map.ofEntries(
          Map.entry("duration", TextChecks::duration),
          Map.entry("keep", text -> text.equals("forever") ? Optional.empty() : duration(text)),
          Map.entry("size", TextChecks::size),
          Map.entry("zone", TextChecks::zone),
          Map.entry("secret", TextChecks::secret),
          Map.entry("host", TextChecks::host),
          Map.entry("path", text -> pattern(() -> PathPattern.of(text, ZoneOffset.UTC))),
          Map.entry("glob", text -> pattern(() -> Glob.of(text))),
          Map.entry("sql-name", TextChecks::sqlName),
          Map.entry("directory", TextChecks::directory),
          Map.entry("regex-group", TextChecks::regexWithGroup),
          Map.entry("charset", TextChecks::charset),
          Map.entry("date-format", TextChecks::dateFormat),
          Map.entry("table", TextChecks::table),
          Map.entry("query", TextChecks::query));

  private TextChecks() {}

  static Optional<Fault> check(String format, String text) {
    return CHECKS.getOrDefault(format, any -> Optional.empty()).apply(text);
  }

  private static Optional<Fault> duration(String text) {
    Optional<Duration> duration = Durations.parse(text);
    if (duration.isEmpty()) {
      return Optional.of(
          new Fault(
              "'" + text + "' is not a duration",
              "Write a number and ms, s, m, h, d or w, for example 15m."));
    }
    return fault(
        duration.get().compareTo(LONGEST) > 0,
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
        "a secret is written where only a reference may stand",
        "Put it into an environment variable or a file, and write ${env:NAME} or ${file:/path}.");
  }

  private static Optional<Fault> host(String text) {
    return fault(
        HostPort.parse(text).isEmpty(),
        "'" + text + "' is not a host",
        "Write a name or address and its port, for example ems1:22 or [fd00::1]:22.");
  }

  private static Optional<Fault> pattern(Runnable compile) {
    try {
      compile.run();
      return Optional.empty();
    } catch (BadPatternException e) {
      return Optional.of(new Fault(e.getMessage(), e.remedy()));
    }
  }

  private static Optional<Fault> sqlName(String text) {
    return fault(
        text.isBlank() || text.indexOf('\0') >= 0 || tooLong(text),
        "'" + text + "' is not a name in PostgreSQL",
        "Use 1 to 63 bytes.");
  }

  private static boolean tooLong(String name) {
    return name.getBytes(StandardCharsets.UTF_8).length > SQL_NAME_BYTES;
  }

  private static Optional<Fault> directory(String text) {
    return fault(
        !text.startsWith("/") || text.contains("/../") || text.endsWith("/.."),
        "'" + text + "' is not an absolute path",
        "Start it with / and use no ..");
  }

  private static Optional<Fault> regexWithGroup(String text) {
    try {
      return fault(
          Pattern.compile(text).matcher("").groupCount() == 0,
          "the regular expression has no group",
          "Put the part that is wanted in parentheses, for example /pm/([^/]+)/.");
    } catch (PatternSyntaxException e) {
      return Optional.of(
          new Fault(
              "not a regular expression: " + e.getDescription(),
              "Use the syntax of java.util.regex, for example /pm/([^/]+)/."));
    }
  }

  private static Optional<Fault> charset(String text) {
    try {
      return fault(
          !text.equals("auto") && !Charset.isSupported(text),
          "'" + text + "' is not a character set of this Java",
          "Use auto, or a name such as UTF-8, UTF-16LE, ISO-8859-1 or GB18030.");
    } catch (IllegalArgumentException e) {
      return Optional.of(
          new Fault("'" + text + "' is not the name of a character set", "Use auto, or UTF-8."));
    }
  }

  private static Optional<Fault> dateFormat(String text) {
    try {
      String understood = DateTimeFormatter.ofPattern(text).toString();
      return fault(
          understood.isEmpty(), "a date pattern is empty", "Write one, such as MM/dd/uuuu HH:mm.");
    } catch (IllegalArgumentException e) {
      return Optional.of(
          new Fault(
              "'" + text + "' is not a date pattern: " + e.getMessage(),
              "Use the letters of java.time.format.DateTimeFormatter, such as MM/dd/uuuu HH:mm:ss."));
    }
  }

  private static Optional<Fault> table(String text) {
    Matcher matcher = PLACEHOLDER.matcher(text);
    while (matcher.find()) {
      if (!FeedTarget.PLACEHOLDERS.contains(matcher.group(1))) {
        return Optional.of(
            new Fault(
                "table has an unknown placeholder {" + matcher.group(1) + "}",
                "Use {measInfoId} or {feed}."));
      }
    }
    List<String> parts = List.of(PLACEHOLDER.matcher(text).replaceAll("x").split("\\.", -1));
    return fault(
        parts.size() > 2
            || parts.stream().anyMatch(part -> part.isBlank() || part.matches(".*[{}\"].*"))
            || parts.stream().anyMatch(TextChecks::tooLong),
        "'" + text + "' is not a table",
        "Write schema.table or table, for example pm.{measInfoId}.");
  }

  private static Optional<Fault> query(String text) {
    String sql = text.strip().toLowerCase(Locale.ROOT);
    return fault(
        !sql.matches("(?s)(select|with|values|table)\\b.*") || sql.contains(";"),
        "elements is not one SQL query",
        "Write one select without a semicolon, for example select name from cm.gnb.");
  }

  private static Optional<Fault> fault(boolean wrong, String message, String remedy) {
    return wrong ? Optional.of(new Fault(message, remedy)) : Optional.empty();
  }
}
