package io.sluice.simulator;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What the command line's values mean. */
final class Converters {
  private static final Pattern SIZE = Pattern.compile("(\\d+)\\s*([KMG]?)B?");

  private Converters() {}

  /** {@code 1%} or {@code 0.01}. */
  static final class Share implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      boolean percent = text.endsWith("%");
      try {
        double number = Double.parseDouble(percent ? text.substring(0, text.length() - 1) : text);
        return percent ? number / 100 : number;
      } catch (NumberFormatException e) {
        throw new TypeConversionException("'" + text + "' is not a share; write 1% or 0.01");
      }
    }
  }

  /** {@code 1GB}, {@code 500 MB}, {@code 4096}; powers of 1,000. */
  static final class Size implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      Matcher size = SIZE.matcher(text.toUpperCase(Locale.ROOT));
      if (!size.matches()) {
        throw new TypeConversionException("'" + text + "' is not a size; write 1GB, 500MB or 4096");
      }
      long number = Long.parseLong(size.group(1));
      return switch (size.group(2)) {
        case "K" -> number * 1_000;
        case "M" -> number * 1_000_000;
        case "G" -> number * 1_000_000_000;
        default -> number;
      };
    }
  }

  /** {@code now} or an ISO instant; null means now. */
  static final class Time implements ITypeConverter<Instant> {
    @Override
    public Instant convert(String text) {
      try {
        return text.equals("now") ? null : Instant.parse(text);
      } catch (DateTimeParseException e) {
        throw new TypeConversionException(
            "'" + text + "' is not a time; write now or 2026-11-20T09:30:00Z");
      }
    }
  }

  static final class Formats implements ITypeConverter<Set<FileFormat>> {
    @Override
    public Set<FileFormat> convert(String text) {
      return switch (text) {
        case "32.435" -> EnumSet.of(FileFormat.MEAS_COLLEC);
        case "28.532" -> EnumSet.of(FileFormat.MEAS_DATA);
        case "mixed" -> EnumSet.allOf(FileFormat.class);
        default -> throw new TypeConversionException("write 32.435, 28.532 or mixed");
      };
    }
  }

  static final class Forms implements ITypeConverter<Set<ValueForm>> {
    @Override
    public Set<ValueForm> convert(String text) {
      return switch (text) {
        case "r" -> EnumSet.of(ValueForm.NUMBERED);
        case "list" -> EnumSet.of(ValueForm.LIST);
        case "mixed" -> EnumSet.allOf(ValueForm.class);
        default -> throw new TypeConversionException("write r, list or mixed");
      };
    }
  }
}
