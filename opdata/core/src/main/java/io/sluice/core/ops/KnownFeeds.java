package io.sluice.core.ops;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Which feeds and hosts the ledger has ever heard of, so that a mistyped name is noticed. */
public final class KnownFeeds {

  private static final String OTHERS =
      """
      select feed from sluice.work union select feed from sluice.scan union select feed from sluice.pause
      """;

  /** A host that was never scanned has pushed its files; the latest ones tell. */
  private static final String HOSTS =
      """
      select host from sluice.scan where feed = ?
      union select host from sluice.pause where feed = ?
      union select host from sluice.work where feed = ?
      union (select host from (select host from sluice.file where feed = ? order by found_at desc limit 1000) f)
      """;

  private final Transactions transactions;

  public KnownFeeds(Transactions transactions) {
    this.transactions = transactions;
  }

  /** Names of feeds with files, scans or pauses. */
  public Set<String> feeds() {
    return transactions.ledger(
        c -> {
          Set<String> feeds = new TreeSet<>(FileQuery.feeds(c, "*"));
          feeds.addAll(Sql.strings(c, OTHERS));
          return feeds;
        });
  }

  /** Hosts of a feed that were scanned or paused, or have files. */
  public Set<String> hosts(String feed) {
    List<String> hosts = transactions.ledger(c -> Sql.strings(c, HOSTS, feed, feed, feed, feed));
    Set<String> named = new TreeSet<>(hosts);
    named.remove("");
    return named;
  }

  /** Whether a text stands for more than itself: {@code *} any characters, {@code ?} one. */
  public static boolean isGlob(String text) {
    return LikePattern.isGlob(text);
  }

  /** Whether a name is one of these, or, as a glob, fits one. */
  public static boolean matches(String glob, Set<String> names) {
    if (!isGlob(glob)) {
      return names.contains(glob);
    }
    Pattern pattern =
        Pattern.compile("\\Q" + glob.replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q") + "\\E");
    return names.stream().anyMatch(name -> pattern.matcher(name).matches());
  }
}
