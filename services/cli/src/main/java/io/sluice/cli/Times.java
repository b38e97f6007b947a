package io.sluice.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 2h} (ago), {@code 2026-03-10}, {@code 2026-03-10T10:15} and with an offset. */
final class Times implements ITypeConverter<Instant> {

  static final String FORMS =
      "2h (ago; s, m, h, d or w), 2026-03-10, 2026-03-10T10:15 (local time), or a time with its"
          + " offset";

  private static final Pattern AGO = Pattern.compile("([0-9]{1,9})([smhdw])");

  private final Session session;

  Times(Session session) {
    this.session = session;
  }

  @Override
  public Instant convert(String text) {
    Matcher ago = AGO.matcher(text);
    if (ago.matches()) {
      return session.terminal.clock().instant().minus(unit(ago.group(2), ago.group(1)));
    }
    String value = text.strip().replace(' ', 'T');
    return first(value, v -> OffsetDateTime.parse(v).toInstant())
        .or(
            () ->
                first(
                    value, v -> LocalDateTime.parse(v).atZone(session.terminal.zone()).toInstant()))
        .or(
            () ->
                first(
                    value,
                    v -> LocalDate.parse(v).atStartOfDay(session.terminal.zone()).toInstant()))
        .orElseThrow(
            () -> new TypeConversionException("'" + text + "' is not a time. Write " + FORMS));
  }

  private static Duration unit(String unit, String number) {
    long n = Long.parseLong(number);
    return switch (unit) {
      case "s" -> Duration.ofSeconds(n);
      case "m" -> Duration.ofMinutes(n);
      case "h" -> Duration.ofHours(n);
      case "d" -> Duration.ofDays(n);
      default -> Duration.ofDays(7 * n);
    };
  }

  private static Optional<Instant> first(String text, Function<String, Instant> parser) {
    try {
      return Optional.of(parser.apply(text));
    } catch (DateTimeException e) {
      return Optional.empty(); // another form, then
    }
  }
}
