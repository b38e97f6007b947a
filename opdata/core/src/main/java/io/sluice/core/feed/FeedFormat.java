package io.sluice.core.feed;

import java.nio.charset.Charset;
import java.time.ZoneId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How the files of a feed are read. */
public sealed interface FeedFormat {

  /** The name in the feed and in {@code chunk} headers: {@code 3gpp-pm} or {@code csv}. */
  String name();

  /** The zone of times that carry none. */
  ZoneId zone();

  /** What becomes of a file that breaks off or whose packing is broken. */
  OnTruncated onTruncated();

  /**
   * Performance-measurement files of 3GPP TS 32.435, 28.532 and 32.401 (mdc).
   *
   * @param include globs {@code group/counter} of the counters to take, or {@code group} for all of
   *     a group; {@code *} stands for any characters
   * @param exclude globs of the counters to leave out of those
   * @param elementFrom where the element's name is looked for; the first that is not empty names it
   * @param elementPattern regular expression found in the path; its first group is the element
   * @param onTruncated what becomes of a file that breaks off or is not well-formed
   */
  record Pm(
      List<String> include,
      List<String> exclude,
      ZoneId zone,
      List<ElementFrom> elementFrom,
      Optional<String> elementPattern,
      OnTruncated onTruncated)
      implements FeedFormat {

    public Pm {
      include = List.copyOf(include);
      exclude = List.copyOf(exclude);
      elementFrom = List.copyOf(elementFrom);
    }

    /** The columns of every row beside its counters; cleaning does not change them. */
    public static final List<String> COLUMNS =
        List.of("end_time", "granularity", "element", "object", "suspect");

    /** The column that names the counter in rows of layout tall. */
    public static final String COUNTER = "counter";

    /** The column that times a row. */
    public static final String TIME = "end_time";

    /** The compiled choice of counters. */
    public CounterFilter counters() {
      return CounterFilter.of(include, exclude);
    }

    /** The element that a file's path names: by elementPattern if set, else by TS 32.432. */
    public Optional<String> elementIn(String path) {
      if (elementPattern.isEmpty()) {
        return PmFileName.elementIn(path);
      }
      Matcher matcher = Pattern.compile(elementPattern.get()).matcher(path);
      return matcher.find() ? Optional.ofNullable(matcher.group(1)) : Optional.empty();
    }

    @Override
    public String name() {
      return "3gpp-pm";
    }
  }

  /** A place that can name the element of a measurement. */
  enum ElementFrom {
    /** {@code localDn} of the element (TS 32.435). */
    LOCAL_DN,
    /** {@code userLabel} of the element. */
    USER_LABEL,
    /** The sender in the file header. */
    HEADER,
    /** The unique id in the file name (TS 32.432), or what elementPattern finds. */
    FILE_NAME
  }

  /** What becomes of a file that breaks off or is not well-formed. */
  enum OnTruncated {
    /** What was complete before the break is loaded, the rest is a reject with its position. */
    KEEP,
    /** The whole file is rejected. */
    REJECT
  }

  /**
   * Delimited text (RFC 4180 and what is usual beside it). What is absent is detected per file.
   *
   * @param delimiter between fields, one or more characters
   * @param quote around fields that hold delimiters; none if {@code ""} was given
   * @param escape before a quote inside a quoted field; doubled quotes are always understood
   * @param comment lines that start with this are skipped
   * @param header whether the first line names the columns
   * @param skipLines lines before the header or the first row
   * @param charset of the file; a byte-order mark wins over it
   * @param nullValues texts that mean no value, after trimming if that is on
   * @param columns the columns to load, by name, in the target's order; all columns if empty
   * @param dateFormats {@link java.time.format.DateTimeFormatter} patterns, tried in order
   * @param decimalSeparator in numbers
   * @param groupSeparator in numbers, if they have one
   * @param trim true: spaces around unquoted values do not count
   * @param strict true: a row with too many or too few fields is a reject; false: missing ones are
   *     NULL, and only too many reject the row
   * @param onTruncated what becomes of a file that breaks off or whose packing is broken
   */
  record Csv(
      Optional<String> delimiter,
      Optional<Character> quote,
      Optional<Character> escape,
      Optional<String> comment,
      Header header,
      OptionalInt skipLines,
      Optional<Charset> charset,
      List<String> nullValues,
      Map<String, Column> columns,
      List<String> dateFormats,
      char decimalSeparator,
      Optional<Character> groupSeparator,
      boolean trim,
      boolean strict,
      ZoneId zone,
      OnTruncated onTruncated)
      implements FeedFormat {

    public Csv {
      nullValues = List.copyOf(nullValues);
      columns = Collections.unmodifiableMap(columns);
      dateFormats = List.copyOf(dateFormats);
    }

    @Override
    public String name() {
      return "csv";
    }
  }

  /** Whether a CSV file starts with the names of its columns. */
  enum Header {
    AUTO,
    TRUE,
    FALSE
  }

  /**
   * One column of a CSV file.
   *
   * @param type the type to load it as; if absent that of the target table, else timestamptz for
   *     target.time and text for all others
   * @param format date pattern of this column alone, before those of the feed
   * @param from name in the header, or number from 1, if it differs from the column's name
   */
  record Column(Optional<SqlType> type, Optional<String> format, Optional<String> from) {}
}
