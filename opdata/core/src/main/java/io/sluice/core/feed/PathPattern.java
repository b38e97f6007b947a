package io.sluice.core.feed;

import io.sluice.core.feed.PathDates.Field;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of a feed as an absolute path with dates and globs, such as {@code
 * /pm/{yyyyMMdd}/A*.xml.gz}.
 *
 * <ul>
 *   <li>{@code {yyyyMMdd}}, {@code {HH}}, {@code {yyyy-MM-dd_HHmm}}: digits of a date in the feed's
 *       zone, with the letters yyyy, yy, MM, dd, DDD, HH, mm and ss
 *   <li>{@code *} any characters of one name, {@code ?} one, {@code [a-z]} and {@code [!a-z]} one
 *       of a set
 *   <li>{@code {a,b}} one of several texts: the comma tells alternatives from dates
 *   <li>{@code **} as a whole name: any number of directories, also none
 *   <li>{@code \} takes the next character literally
 * </ul>
 *
 * Immutable and thread-safe.
 */
public final class PathPattern {

  /** Names may be dated by begin or end of a period and in another zone than the feed says. */
  private static final Duration SLACK = Duration.ofDays(1);

  private static final Pattern DATE_LETTERS =
      Pattern.compile("([A-Za-z])\\1*|'([^']*)'|[^A-Za-z']");

  private final ZoneId zone;
  private final List<Segment> segments;
  private final int baseLength;

  private PathPattern(ZoneId zone, List<Segment> segments) {
    this.zone = zone;
    this.segments = segments;
    int fixed = 0;
    while (fixed < segments.size() - 1 && segments.get(fixed).literal()) {
      fixed++;
    }
    this.baseLength = fixed;
  }

  /**
   * Compiles a pattern.
   *
   * @param zone of the dates
   * @throws BadPatternException if the text is not a pattern
   */
  public static PathPattern of(String text, ZoneId zone) {
    if (!text.startsWith("/") || text.endsWith("/") || text.contains("//")) {
      throw new BadPatternException(
          "'" + text + "' is not an absolute path to files",
          "Start with / and end with a file name or glob, such as /pm/{yyyyMMdd}/A*.xml.gz.");
    }
    List<Segment> segments = new ArrayList<>();
    for (String name : text.substring(1).split("/", -1)) {
      segments.add(Segment.of(name));
    }
    if (segments.get(segments.size() - 1).anyDepth()) {
      throw new BadPatternException(
          "'" + text + "' ends with **", "End with a file name or glob, such as /pm/**/*.xml.");
    }
    return new PathPattern(zone, List.copyOf(segments));
  }

  /** The directory to list from: the leading names without glob or date. */
  public String base() {
    StringBuilder base = new StringBuilder();
    segments.subList(0, baseLength).forEach(segment -> base.append('/').append(segment.plain()));
    return base.isEmpty() ? "/" : base.toString();
  }

  /**
   * Starts a scan at {@link #base()}.
   *
   * @param oldest directories whose date ends a day before this, or earlier, are not entered
   * @param now directories whose date starts a day after this, or later, are not entered
   */
  public Level scan(Instant oldest, Instant now) {
    return new Level(closure(List.of(new State(baseLength, PathDates.UNKNOWN))), oldest, now);
  }

  /** Whether the absolute path of a file matches, whatever its dates. */
  public boolean matches(String path) {
    return dates(path).isPresent();
  }

  /** Whether files of the feed can lie directly in this absolute directory. */
  boolean mayHoldFiles(String directory) {
    List<State> states = closure(List.of(new State(0, PathDates.UNKNOWN)));
    for (String name : directory.substring(1).split("/", -1)) {
      states = name.isEmpty() ? states : closure(step(states, name));
    }
    return states.stream().anyMatch(state -> state.segment == segments.size() - 1);
  }

  /**
   * The end of the period that the path speaks of: that of a 3GPP file name, else the end of the
   * time its dates leave possible. Empty if the path has neither, or does not match.
   */
  public Optional<Instant> periodEnd(String path) {
    Optional<PathDates> dates = dates(path);
    if (dates.isEmpty()) {
      return Optional.empty();
    }
    Optional<Instant> named = PmFileName.parse(path, zone).map(PmFileName::end);
    return named.isPresent()
        ? named
        : dates.flatMap(known -> known.span(zone)).map(PathDates.Span::to);
  }

  private Optional<PathDates> dates(String path) {
    if (!path.startsWith("/")) {
      return Optional.empty();
    }
    String[] names = path.substring(1).split("/", -1);
    List<State> states = closure(List.of(new State(0, PathDates.UNKNOWN)));
    for (int i = 0; i < names.length - 1; i++) {
      states = closure(step(states, names[i]));
    }
    return lastNames(states, names[names.length - 1]);
  }

  private Optional<PathDates> lastNames(List<State> states, String name) {
    for (State state : states) {
      Segment segment = segments.get(state.segment);
      if (state.segment == segments.size() - 1) {
        Optional<PathDates> dates = segment.match(name, state.dates, zone);
        if (dates.isPresent()) {
          return dates;
        }
      }
    }
    return Optional.empty();
  }

  private List<State> step(List<State> states, String name) {
    List<State> next = new ArrayList<>();
    for (State state : states) {
      Segment segment = segments.get(state.segment);
      if (segment.anyDepth()) {
        next.add(state);
      } else if (state.segment < segments.size() - 1) {
        segment
            .match(name, state.dates, zone)
            .ifPresent(dates -> next.add(new State(state.segment + 1, dates)));
      }
    }
    return next;
  }

  /** Also what follows a {@code **}, which may stand for no directory at all. */
  private List<State> closure(List<State> states) {
    List<State> all = new ArrayList<>(states);
    for (int i = 0; i < all.size(); i++) {
      State state = all.get(i);
      State next = new State(state.segment + 1, state.dates);
      if (segments.get(state.segment).anyDepth() && !all.contains(next)) {
        all.add(next);
      }
    }
    return all;
  }

  private record State(int segment, PathDates dates) {}

  /** A directory of a scan: says which of its entries are files of the feed or may hold some. */
  public final class Level {

    private final List<State> states;
    private final Instant oldest;
    private final Instant now;

    private Level(List<State> states, Instant oldest, Instant now) {
      this.states = states;
      this.oldest = oldest;
      this.now = now;
    }

    /** The level of a directory in this one; empty if no file of the feed can be in it. */
    public Optional<Level> directory(String name) {
      List<State> next = step(states, name);
      next.removeIf(state -> !inWindow(state.dates));
      return next.isEmpty() ? Optional.empty() : Optional.of(new Level(closure(next), oldest, now));
    }

    /** Whether a file in this directory is one of the feed. Its date is not judged. */
    public boolean file(String name) {
      return lastNames(states, name).isPresent();
    }

    /** Equal levels of one scan have the same files and directories in any directory. */
    @Override
    public boolean equals(Object other) {
      return other instanceof Level that && states.equals(that.states);
    }

    @Override
    public int hashCode() {
      return states.hashCode();
    }

    private boolean inWindow(PathDates dates) {
      return dates
          .span(zone)
          .map(
              span ->
                  span.to().isAfter(oldest.minus(SLACK)) && !span.from().isAfter(now.plus(SLACK)))
          .orElse(true);
    }
  }

  /** One name of the path; {@code pattern} is null for {@code **}. */
  private record Segment(String plain, Pattern pattern, List<Field> groups, boolean literal) {

    static Segment of(String name) {
      if (name.equals("**")) {
        return new Segment(name, null, List.of(), false);
      }
      if (name.contains("**") || name.equals(".") || name.equals("..")) {
        throw new BadPatternException(
            "'" + name + "' is not a valid path segment",
            "Use ** only on its own between slashes, and neither . nor .. .");
      }
      List<Field> groups = new ArrayList<>();
      GlobRegex.Translated glob = GlobRegex.translate(name, date -> dateRegex(date, groups));
      return new Segment(
          name.replaceAll("\\\\(.)", "$1"), glob.pattern(), List.copyOf(groups), glob.literal());
    }

    boolean anyDepth() {
      return pattern == null;
    }

    Optional<PathDates> match(String name, PathDates before, ZoneId zone) {
      Matcher matcher = pattern == null ? null : pattern.matcher(name);
      if (matcher == null || !matcher.matches()) {
        return Optional.empty();
      }
      return Optional.of(before.with(groups, matcher.toMatchResult()))
          .filter(dates -> groups.isEmpty() || dates.valid(zone));
    }

    private static String dateRegex(String date, List<Field> groups) {
      StringBuilder regex = new StringBuilder();
      Matcher matcher = DATE_LETTERS.matcher(date);
      int end = 0;
      while (matcher.find() && matcher.start() == end) {
        end = matcher.end();
        regex.append(part(date, matcher, groups));
      }
      if (end != date.length() || groups.isEmpty()) {
        throw notADate(date);
      }
      return regex.toString();
    }

    private static String part(String date, Matcher matcher, List<Field> groups) {
      if (matcher.group(1) == null) {
        return Pattern.quote(matcher.group(2) == null ? matcher.group() : matcher.group(2));
      }
      groups.add(Field.of(matcher.group()).orElseThrow(() -> notADate(date)));
      return "([0-9]{" + matcher.group().length() + "})";
    }

    private static BadPatternException notADate(String date) {
      return new BadPatternException(
          "{" + date + "} is not a date",
          "Use yyyy, yy, MM, dd, DDD, HH, mm, ss and separators, such as {yyyyMMdd};"
              + " alternatives need a comma, such as {a,b}.");
    }
  }
}
