package io.sluice.bench.model;

import io.sluice.bench.model.Content.RowKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the warehouse must hold by the contract, from what was delivered and from the order in which
 * files were handled and loaded. It knows nothing of the line's tables or of its ledger.
 */
final class Model {

  /** What is known of a delivered content. */
  static final class Given {
    final Content content;
    final List<Version> members = new ArrayList<>();

    /** The order of delivery, which breaks the tie between equal times. */
    final int order;

    /** Whether the source has had anything else, or nothing, under the name since. */
    boolean disturbed;

    Given(Content content, int order) {
      this.content = content;
      this.order = order;
    }

    boolean isArchive() {
      return content == null;
    }
  }

  /** A row of a merged table. */
  static final class Merged {
    Version file;
    final Map<String, String> fields = new LinkedHashMap<>();

    Merged(Version file) {
      this.file = file;
    }

    private Merged copy() {
      Merged copy = new Merged(file);
      copy.fields.putAll(fields);
      return copy;
    }
  }

  /** What follows from the database, and goes back with it when an earlier one is restored. */
  static final class Stored {
    /** Files whose handling counts, and whether the feed was narrow then. */
    final Map<Version, Boolean> handled = new HashMap<>();

    /** Files whose rows were appended, and the tables that were emptied since. */
    final Map<Version, Set<String>> appended = new HashMap<>();

    /** Files of which a load was committed. */
    final Set<Version> loaded = new HashSet<>();

    /** By feed. */
    final Map<Integer, Map<RowKey, Merged>> merged = new HashMap<>();

    Stored copy() {
      Stored copy = new Stored();
      copy.handled.putAll(handled);
      copy.loaded.addAll(loaded);
      appended.forEach((version, lost) -> copy.appended.put(version, new HashSet<>(lost)));
      merged.forEach(
          (feed, rows) -> {
            Map<RowKey, Merged> copied = new LinkedHashMap<>();
            rows.forEach((key, row) -> copied.put(key, row.copy()));
            copy.merged.put(feed, copied);
          });
      return copy;
    }
  }

  final List<ModelFeed> feeds;
  final Map<Version, Given> given = new LinkedHashMap<>();

  /** What lies in the source, as far as others put it there. */
  final Map<Integer, Map<String, Version>> source = new HashMap<>();

  /** Files that were handled at any time: nobody may forget them. */
  final Set<Version> everHandled = new HashSet<>();

  Stored stored = new Stored();

  /** Whether the database is not the first one any more. */
  boolean restored;

  /** Whether bytes in staging have been lost. */
  boolean packsLost;

  Model(List<ModelFeed> feeds) {
    this.feeds = feeds;
    feeds.forEach(feed -> source.put(feed.number(), new LinkedHashMap<>()));
  }

  /** A file lies in the source now; what was there under its name is overwritten. */
  void delivered(Version version, Content content, Map<String, Content> members) {
    disturb(version.feed(), version.path());
    source.get(version.feed()).put(version.path(), version);
    Given archive = given.computeIfAbsent(version, v -> new Given(content, given.size()));
    archive.disturbed = false;
    members.forEach(
        (name, member) -> {
          Version inside =
              new Version(
                  version.feed(),
                  version.path() + "!/" + name,
                  version.micros(),
                  member.bytes().length);
          given.computeIfAbsent(inside, v -> new Given(member, given.size())).disturbed = false;
          archive.members.add(inside);
        });
  }

  void removed(int feed, String path) {
    disturb(feed, path);
    source.get(feed).remove(path);
  }

  private void disturb(int feed, String path) {
    given.forEach(
        (version, given) -> {
          if (version.feed() == feed && version.sourcePath().equals(path)) {
            given.disturbed = true;
          }
        });
  }

  /** The handling of a file became the current one: its earlier rows are void where they append. */
  void handled(Version version, boolean narrow) {
    stored.handled.put(version, narrow);
    everHandled.add(version);
    stored.appended.remove(version);
  }

  /** The rows of these files were committed together, in this order. */
  void loaded(List<Version> versions) {
    List<Version> byVersion = new ArrayList<>(versions);
    byVersion.sort(Comparator.comparingLong(Version::micros));
    stored.loaded.addAll(versions);
    for (Version version : byVersion) {
      if (feeds.get(version.feed()).merges()) {
        merge(version);
      } else {
        stored.appended.put(version, new HashSet<>());
      }
    }
  }

  /** Whether the rows of its current handling are loaded, wherever they went from there. */
  boolean hasRows(Version version) {
    return feeds.get(version.feed()).merges() || stored.appended.containsKey(version);
  }

  private void merge(Version version) {
    Map<RowKey, Merged> rows =
        stored.merged.computeIfAbsent(version.feed(), feed -> new LinkedHashMap<>());
    reading(version)
        .rows()
        .forEach((key, same) -> same.forEach(fields -> merge(rows, key, version, fields)));
  }

  /** A newer or equal version wins field by field, an older one fills NULLs only. */
  private static void merge(
      Map<RowKey, Merged> rows, RowKey key, Version version, Map<String, String> fields) {
    Merged row = rows.get(key);
    boolean newer = row == null || version.micros() >= row.file.micros();
    if (row == null) {
      row = new Merged(version);
      rows.put(key, row);
    }
    for (Map.Entry<String, String> field : fields.entrySet()) {
      if (newer && field.getValue() == null) {
        row.fields.remove(field.getKey());
      } else if (field.getValue() != null && (newer || !row.fields.containsKey(field.getKey()))) {
        row.fields.put(field.getKey(), field.getValue());
      }
    }
    if (newer) {
      row.file = version;
    }
  }

  /** Somebody emptied a table, or all of a feed if it is null. */
  void emptied(int feed, String table) {
    stored.appended.forEach(
        (version, lost) -> {
          if (version.feed() == feed) {
            lost.addAll(table == null ? List.of("g1", "g2", "cells") : List.of(table));
          }
        });
    Map<RowKey, Merged> rows = stored.merged.get(feed);
    if (rows != null) {
      rows.keySet().removeIf(key -> table == null || key.table().equals(table));
    }
  }

  /** What a file's current handling comes to. */
  Content.Reading reading(Version version) {
    ModelFeed feed = feeds.get(version.feed());
    return given.get(version).content.read(feed, stored.handled.getOrDefault(version, false));
  }

  /** The newest content of the path that was handled. */
  Optional<Version> newest(int feed, String path) {
    return stored.handled.keySet().stream()
        .filter(v -> v.feed() == feed && v.path().equals(path))
        .max(Comparator.comparingLong(Version::micros).thenComparing(v -> given.get(v).order));
  }

  /** The rows of a feed, one line each. */
  List<String> rows(ModelFeed feed) {
    List<String> lines = new ArrayList<>();
    if (feed.merges()) {
      stored
          .merged
          .getOrDefault(feed.number(), Map.of())
          .forEach((key, row) -> lines.add(line(key, row.fields, row.file)));
      return lines;
    }
    stored.appended.forEach(
        (version, lost) -> {
          if (version.feed() == feed.number()
              && newest(version.feed(), version.path()).equals(Optional.of(version))) {
            reading(version)
                .rows()
                .forEach(
                    (key, same) -> {
                      if (!lost.contains(key.table())) {
                        same.forEach(fields -> lines.add(line(key, fields, version)));
                      }
                    });
          }
        });
    return lines;
  }

  /** A row as text; both sides write it so. */
  static String line(RowKey key, Map<String, String> fields, Version file) {
    List<String> values = new ArrayList<>();
    fields.forEach(
        (field, value) -> {
          if (value != null) {
            values.add(field + "=" + value);
          }
        });
    values.sort(Comparator.naturalOrder());
    return key.table() + " " + key.key() + " " + values + " of " + file;
  }
}
