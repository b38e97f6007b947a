package io.sluice.core.feed;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.sluice.core.yaml.Places;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One declared feed: where its files come from, how they are read, cleaned and loaded, and which of
 * them are expected. Every default is already filled in; the reference is docs/feeds.md.
 *
 * @param name unique name of the feed, lower case, as in the ledger, metrics and messages
 * @param formerly the name it had before, whose files it takes over
 * @param description a sentence for people, may be empty
 * @param zone zone of summary buckets and partitions, and the default for paths and times
 * @param clean the cleaning steps, in the order they are applied
 * @param expect which files should come and when, if the feed says so
 * @param places where in its file everything stands
 */
public record Feed(
    String name,
    Optional<String> formerly,
    String description,
    ZoneId zone,
    FeedSource source,
    FeedFormat format,
    List<CleanStep> clean,
    FeedTarget target,
    Optional<Expectation> expect,
    @JsonIgnore Places places) {

  public Feed {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(formerly, "formerly");
    Objects.requireNonNull(description, "description");
    Objects.requireNonNull(zone, "zone");
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(format, "format");
    Objects.requireNonNull(target, "target");
    Objects.requireNonNull(expect, "expect");
    Objects.requireNonNull(places, "places");
    clean = List.copyOf(clean);
  }

  /**
   * How a sentence begins that is about a property, such as {@code target.mode}: with its place and
   * the feed.
   */
  public String at(String property) {
    return places.at(property) + ": feed " + name + ": ";
  }
}
