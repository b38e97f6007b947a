package io.sluice.standalone;

import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedSource;
import io.sluice.core.feed.Feeds;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.springframework.beans.factory.config.BeanPostProcessor;

/** In a trial every feed leaves its source files alone, whatever it says. */
final class KeepSources implements BeanPostProcessor {

  /** The bean of the getter by which scan, fetch and settle know the feeds. */
  private static final String FEEDS = "feeds";

  @Override
  public Object postProcessAfterInitialization(Object bean, String name) {
    return name.equals(FEEDS) ? kept((Supplier<?>) bean) : bean;
  }

  private static Supplier<Feeds> kept(Supplier<?> feeds) {
    return () -> kept((Feeds) feeds.get());
  }

  private static Feeds kept(Feeds feeds) {
    Map<String, Feed> kept =
        feeds.all().stream().collect(Collectors.toMap(Feed::name, KeepSources::kept));
    return new Feeds(kept, feeds.loadedAt());
  }

  private static Feed kept(Feed feed) {
    FeedSource source = feed.source();
    return new Feed(
        feed.name(),
        feed.formerly(),
        feed.description(),
        feed.zone(),
        new FeedSource(
            source.origin(),
            source.poll(),
            source.stable(),
            source.since(),
            new FeedSource.After.Keep(),
            source.checksum(),
            source.sameContent(),
            source.archives(),
            source.zone(),
            source.bulkAfter()),
        feed.format(),
        feed.clean(),
        feed.target(),
        feed.expect(),
        feed.places());
  }
}
