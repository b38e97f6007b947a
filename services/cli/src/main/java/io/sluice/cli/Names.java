package io.sluice.cli;

import io.sluice.core.feed.HostPort;
import io.sluice.core.ops.KnownFeeds;
import io.sluice.core.yaml.Suggestion;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Refuses names that nothing has: a mistyped one would look as if the command had worked. */
final class Names {

  private static final int MOST_SHOWN = 10;

  private final Session session;
  private final DeclaredFeeds declared;
  private final KnownFeeds ledger;

  Names(Session session) {
    this.session = session;
    this.declared = DeclaredFeeds.readable(session);
    this.ledger = new KnownFeeds(session.transactions());
  }

  /**
   * A feed by its name, or all that a glob fits; both may be null for all.
   *
   * @throws UserError if the directory of feeds and the ledger have none such
   */
  static void requireFeed(Session session, String nameOrGlob) {
    if (nameOrGlob != null && !nameOrGlob.equals("*")) {
      new Names(session).requireFeed(nameOrGlob);
    }
  }

  void requireFeed(String nameOrGlob) {
    Set<String> known = known();
    if (!KnownFeeds.matches(nameOrGlob, known)) {
      throw unknown("feed", nameOrGlob, known);
    }
  }

  private Set<String> known() {
    Set<String> known = new TreeSet<>(declared.names());
    known.addAll(ledger.feeds());
    return known;
  }

  /** One feed by its name; there are no globs. */
  void requireOneFeed(String name) {
    Set<String> known = known();
    if (!known.contains(name)) {
      throw unknown("feed", name, known);
    }
  }

  /** The feed's broken file, if it is, on standard error: the command goes on by the ledger. */
  void warnIfBroken(String feed) {
    declared
        .broken(feed)
        .ifPresent(broken -> session.err().println(broken.sentence(session.format())));
  }

  /**
   * A host of a feed, as the ledger calls it: without the port of SSH, mirrors by their first.
   *
   * @throws UserError if the feed has none such
   */
  String requireHost(String feed, String host) {
    Map<String, String> hosts = declared.hosts(feed);
    ledger.hosts(feed).forEach(name -> hosts.put(name, name));
    String plain = HostPort.parse(host).map(HostPort::toString).orElse(host);
    String named = hosts.getOrDefault(host, hosts.get(plain));
    if (named == null) {
      throw unknown("host", host, new TreeSet<>(hosts.values()), " of feed " + feed);
    }
    return named;
  }

  static UserError unknown(String kind, String name, Collection<String> known) {
    return unknown(kind, name, known, "");
  }

  private static UserError unknown(
      String kind, String name, Collection<String> known, String where) {
    return UserError.usage(
        "there is no " + kind + " " + name + where,
        Suggestion.of(name, known)
            .map(meant -> "Did you mean " + meant + "?")
            .orElseGet(() -> listed(kind, known)));
  }

  private static String listed(String kind, Collection<String> known) {
    if (known.isEmpty()) {
      return "No " + kind + " is known yet";
    }
    List<String> some = known.stream().limit(MOST_SHOWN).toList();
    String more = known.size() > MOST_SHOWN ? ", … (" + known.size() + " in all)" : "";
    return "There are: " + String.join(", ", some) + more;
  }
}
