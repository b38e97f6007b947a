package io.sluice.core.feed;

import io.sluice.core.feed.FeedFormat.Column;
import io.sluice.core.feed.FeedFormat.ElementFrom;
import io.sluice.core.feed.FeedFormat.Header;
import io.sluice.core.feed.FeedFormat.OnTruncated;
import io.sluice.core.yaml.Tree;
import java.nio.charset.Charset;
import java.util.Optional;
import java.util.OptionalInt;

/** Turns the checked tree of a format into its record. */
final class FormatBinder {

  private static final String AUTO = "auto";

  private FormatBinder() {}

  static FeedFormat bind(Tree format) {
    return format.get("csv").present() ? csv(format.get("csv")) : pm(format.get("3gpp-pm"));
  }

  private static FeedFormat pm(Tree pm) {
    return new FeedFormat.Pm(
        pm.get("include").texts(),
        pm.get("exclude").texts(),
        FeedBinder.zone(pm),
        pm.get("elementFrom").items().stream()
            .map(place -> FeedBinder.constant(ElementFrom.class, place))
            .toList(),
        pm.get("elementPattern").text(),
        FeedBinder.constant(OnTruncated.class, pm.get("onTruncated")));
  }

  private static FeedFormat csv(Tree csv) {
    return new FeedFormat.Csv(
        unlessAuto(csv.get("delimiter")),
        character(csv.get("quote")),
        character(csv.get("escape")),
        csv.get("comment").nonEmpty(),
        FeedBinder.constant(Header.class, csv.get("header")),
        skipLines(csv.get("skipLines")),
        unlessAuto(csv.get("charset")).map(Charset::forName),
        csv.get("nullValues").texts(),
        FeedBinder.map(csv.get("columns"), FormatBinder::column),
        csv.get("dateFormats").texts(),
        FeedBinder.text(csv.get("decimalSeparator")).charAt(0),
        character(csv.get("groupSeparator")),
        FeedBinder.flag(csv.get("trim")),
        FeedBinder.flag(csv.get("strict")),
        FeedBinder.zone(csv),
        FeedBinder.constant(OnTruncated.class, csv.get("onTruncated")));
  }

  private static Column column(Tree column) {
    return new Column(
        column.text().or(() -> column.get("type").text()).flatMap(SqlType::parse),
        column.get("format").text(),
        column.get("from").text());
  }

  private static Optional<String> unlessAuto(Tree value) {
    return value.text().filter(text -> !text.equals(AUTO));
  }

  private static Optional<Character> character(Tree value) {
    return value.nonEmpty().map(text -> text.charAt(0));
  }

  private static OptionalInt skipLines(Tree value) {
    return unlessAuto(value).isPresent()
        ? OptionalInt.of(FeedBinder.number(value))
        : OptionalInt.empty();
  }
}
