package io.sluice.handler.pm;

import io.sluice.core.feed.FeedFormat;
import io.sluice.core.feed.FeedFormat.ElementFrom;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/**
 * How a measurement file is read.
 *
 * @param choice the counters wanted
 * @param zone for times without one
 * @param elementFrom where the element's name is looked for, in this order
 * @param fileElement what {@code FILE_NAME} stands for; may be empty
 */
public record PmSettings(
    CounterChoice choice, ZoneId zone, List<ElementFrom> elementFrom, String fileElement) {

  /** As the feed says. */
  public static PmSettings of(FeedFormat.Pm format, CounterChoice choice, String path) {
    Optional<String> named = format.elementIn(path);
    String element = named.filter(name -> !name.isBlank()).orElseGet(() -> stem(path));
    return new PmSettings(choice, format.zone(), format.elementFrom(), element);
  }

  /** The file's name without directory and extensions. */
  static String stem(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    int dot = name.indexOf('.', 1);
    int last = name.toLowerCase(java.util.Locale.ROOT).indexOf(".xml");
    int end = last > 0 ? last : dot;
    return end > 0 ? name.substring(0, end) : name;
  }
}
