package io.sluice.core.feed;

import static io.sluice.core.yaml.TextChecks.fault;

import io.sluice.core.yaml.TextChecks;
import io.sluice.core.yaml.TextChecks.Fault;
import java.nio.charset.Charset;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The formats of texts that only feeds have, beside those of all documents. */
final class FeedTexts {

  /** Every format that the schema of feeds names. */
  static final TextChecks CHECKS =
      new TextChecks(
          Map.of(
              "host", FeedTexts::host,
              "path", text -> pattern(() -> PathPattern.of(text, ZoneOffset.UTC)),
              "glob", text -> pattern(() -> Glob.of(text)),
              "charset", FeedTexts::charset,
              "date-format", FeedTexts::dateFormat,
              "table", FeedTexts::table,
              "query", text -> TextChecks.query("elements", text)));

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^}]*)}");

  private FeedTexts() {}

  private static Optional<Fault> host(String text) {
    return fault(
        HostPort.parse(text).isEmpty(),
        "'" + text + "' is not a host",
        "Write a name or address with its port, for example ems1:22 or [fd00::1]:22.");
  }

  private static Optional<Fault> pattern(Runnable compile) {
    try {
      compile.run();
      return Optional.empty();
    } catch (BadPatternException e) {
      return Optional.of(new Fault(e.getMessage(), e.remedy()));
    }
  }

  private static Optional<Fault> charset(String text) {
    try {
      return fault(
          !text.equals("auto") && !Charset.isSupported(text),
          "'" + text + "' is not a character set this Java knows",
          "Use auto, or a name such as UTF-8, UTF-16LE, ISO-8859-1 or GB18030.");
    } catch (IllegalArgumentException e) {
      return Optional.of(
          new Fault("'" + text + "' is not a character set name", "Use auto, or UTF-8."));
    }
  }

  private static Optional<Fault> dateFormat(String text) {
    if (text.isEmpty()) {
      return Optional.of(
          new Fault("a date pattern is empty", "Write one, such as MM/dd/uuuu HH:mm."));
    }
    try {
      return fault(
          !DatePattern.of(text).saysADate(),
          "the date pattern '" + text + "' does not determine a day or time",
          "Write year (uuuu, not YYYY), month (MM) and day (dd); hours of 24 as HH, of 12 as hh with a.");
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
}
