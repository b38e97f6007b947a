package io.sluice.bench.model;

import io.sluice.bench.model.Content.RowKey;
import io.sluice.core.sql.Sql;
import io.sluice.core.staging.StagingKeys;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares what the warehouse and the ledger say in the end with what the model allows. */
final class Judge {

  private static final Set<String> LOADED = Set.of("loaded", "settled");
  private static final Set<String> KEY_COLUMNS =
      Set.of(
          "end_time",
          "granularity",
          "element",
          "object",
          "counter",
          "suspect",
          "_file",
          "_version");

  private final World world;
  private final Model model;
  private final List<String> differences = new ArrayList<>();
  private final Map<Long, Version> byId = new HashMap<>();
  private final Map<Version, End> ends = new LinkedHashMap<>();

  /** How the ledger says a file ended, and its counts. */
  private record End(
      String state,
      String reason,
      boolean exact,
      long read,
      long loaded,
      long collapsed,
      long replaced,
      long rejected) {

    @Override
    public String toString() {
      return state + (reason == null ? "" : " (" + reason + ")");
    }
  }

  private Judge(World world, Model model) {
    this.world = world;
    this.model = model;
  }

  /** All differences, none if everything is right. */
  static List<String> judge(World world, Model model) throws IOException {
    Judge judge = new Judge(world, model);
    judge.readEnds();
    judge.nothingIsLeft();
    for (Map.Entry<Version, End> end : judge.ends.entrySet()) {
      judge.end(end.getKey(), end.getValue());
    }
    judge.nothingIsForgotten();
    for (ModelFeed feed : model.feeds) {
      judge.rows(feed);
    }
    judge.stagingIsSwept();
    return judge.differences;
  }

  private void readEnds() {
    world.files("order by f.path, f.mtime").forEach(file -> byId.put(file.id(), file.version()));
    world.observer.ledger(
        c ->
            Sql.list(
                c,
                "select s.id, s.state, s.reason, r.exact, s.read, s.loaded, s.collapsed, s.replaced, s.rejected"
                    + " from sluice.file_status s join sluice.reconciliation r on r.file_id = s.id order by s.id",
                row -> {
                  End end =
                      new End(
                          row.getString(2),
                          row.getString(3),
                          row.getBoolean(4),
                          row.getLong(5),
                          row.getLong(6),
                          row.getLong(7),
                          row.getLong(8),
                          row.getLong(9));
                  Version version = byId.get(row.getLong(1));
                  if (ends.put(version, end) != null) {
                    differences.add(version + " is twice in the ledger");
                  }
                  return end;
                }));
  }

  private void nothingIsLeft() {
    world
        .strings(
            "select w.path || ' ' || stage || ' ' || state || ' ' || coalesce(reason, '') from sluice.work w")
        .forEach(line -> differences.add("in flight for ever: " + line));
    world
        .strings("select id || ' ' || stage from sluice.batch")
        .forEach(line -> differences.add("a batch is left: " + line));
    world
        .strings("select file_id || ' ' || reason || ' ' || error from sluice.dead")
        .forEach(line -> differences.add("dead: " + line));
  }

  private void end(Version version, End end) throws IOException {
    Model.Given given = model.given.get(version);
    if (given == null) {
      differences.add(version + " was never delivered, and is " + end);
    } else if (!isAllowed(version, given, end)) {
      differences.add(version + " must not be " + end);
    }
    if (!end.exact) {
      differences.add(version + " does not add up: " + end);
    }
    if (given != null && !given.isArchive() && LOADED.contains(end.state)) {
      if (!model.stored.loaded.contains(version)) {
        differences.add(version + " is " + end + ", and no load of it was seen");
      } else if (!model.hasRows(version)) {
        differences.add(version + " is " + end + ", and was handled again and not loaded since");
      }
      counts(version, given, end);
    }
  }

  private boolean isAllowed(Version version, Model.Given given, End end) throws IOException {
    ModelFeed feed = model.feeds.get(version.feed());
    boolean there = !version.isMember() && world.hasSource(version);
    return switch (end.state) {
      case "loaded" ->
          isReadable(given)
              && isNewest(version, given)
              && (feed.keeps()
                  || version.isMember()
                  || !there
                  || given.disturbed
                  || hasBadMember(version));
      case "settled" ->
          isReadable(given)
              && isNewest(version, given)
              && !feed.keeps()
              && (!there || given.disturbed);
      case "replaced" ->
          given.disturbed || (!feed.merges() && !given.isArchive() && isOvertaken(version));
      case "rejected" -> !isReadable(given) || (given.disturbed && !there);
      case "duplicate" ->
          isDuplicate(version, given)
              && (feed.keeps() || version.isMember() || !there || given.disturbed);
      default -> false;
    };
  }

  private static boolean isReadable(Model.Given given) {
    return given.isArchive() || given.content.readable();
  }

  /** Such an archive is left alone at its source. */
  private boolean hasBadMember(Version archive) {
    return model.given.get(archive).members.stream()
        .anyMatch(member -> ends.containsKey(member) && ends.get(member).state.equals("rejected"));
  }

  /** In append mode only the newest content of a path counts. */
  private boolean isNewest(Version version, Model.Given given) {
    return model.feeds.get(version.feed()).merges() || given.isArchive() || !isOvertaken(version);
  }

  private boolean isOvertaken(Version version) {
    return model
        .newest(version.feed(), version.path())
        .filter(newest -> !newest.equals(version))
        .filter(newest -> isNewer(newest, version))
        .isPresent();
  }

  private boolean isNewer(Version one, Version other) {
    return one.micros() > other.micros()
        || (one.micros() == other.micros()
            && model.given.get(one).order > model.given.get(other).order);
  }

  private boolean isDuplicate(Version version, Model.Given given) {
    ModelFeed feed = model.feeds.get(version.feed());
    return model.given.keySet().stream()
        .filter(other -> !other.equals(version) && other.feed() == version.feed())
        .filter(other -> other.path().equals(version.path()) ? feed.checksum() : feed.sameContent())
        .filter(other -> sameBytes(model.given.get(other), given))
        .anyMatch(
            other ->
                ends.containsKey(other)
                    && (LOADED.contains(ends.get(other).state)
                        || ends.get(other).state.equals("replaced")));
  }

  private static boolean sameBytes(Model.Given one, Model.Given other) {
    if (one.isArchive() || other.isArchive()) {
      return one.isArchive() && other.isArchive();
    }
    return java.util.Arrays.equals(one.content.bytes(), other.content.bytes());
  }

  private void counts(Version version, Model.Given given, End end) {
    Content.Reading reading = model.reading(version);
    long left = reading.read() - reading.collapsed() - given.content.badRows();
    boolean merges = model.feeds.get(version.feed()).merges();
    boolean right =
        end.read == reading.read()
            && end.rejected == given.content.badRows()
            && (merges
                ? end.loaded + end.replaced + end.collapsed == left + reading.collapsed()
                : end.loaded == left && end.collapsed == reading.collapsed() && end.replaced == 0);
    if (!right) {
      differences.add(
          "%s counts read %d, loaded %d, collapsed %d, replaced %d, rejected %d; its content has %d read, %d collapsed, %d rejected"
              .formatted(
                  version,
                  end.read,
                  end.loaded,
                  end.collapsed,
                  end.replaced,
                  end.rejected,
                  reading.read(),
                  reading.collapsed(),
                  given.content.badRows()));
    }
  }

  private void nothingIsForgotten() throws IOException {
    for (Map<String, Version> files : model.source.values()) {
      for (Version version : files.values()) {
        if (world.hasSource(version) && !ends.containsKey(version)) {
          differences.add(version + " lies in the source, and the ledger does not have it");
        } else if (!world.hasSource(version) && !isAccountedFor(version)) {
          differences.add(
              version + " is gone from the source and was not loaded: " + ends.get(version));
        }
      }
    }
    for (Version version : model.everHandled) {
      if (!ends.containsKey(version) && !(model.restored && model.packsLost)) {
        differences.add(version + " was handled, and the ledger does not have it");
      }
    }
    ends.forEach(
        (archive, end) -> {
          Model.Given given = model.given.get(archive);
          if (given != null && given.isArchive() && LOADED.contains(end.state)) {
            given.members.stream()
                .filter(member -> !ends.containsKey(member))
                .forEach(
                    member ->
                        differences.add(member + " is not in the ledger; its archive is " + end));
          }
        });
    equalContentIsLoadedOnce();
  }

  /** What the line has taken away from the source must be in the warehouse, or be known there. */
  private boolean isAccountedFor(Version version) {
    End end = ends.get(version);
    boolean keeps = model.feeds.get(version.feed()).keeps();
    if (end == null) {
      return model.restored && !keeps; // a duplicate that was forgotten with the database
    }
    return !keeps
        && (LOADED.contains(end.state) || Set.of("duplicate", "replaced").contains(end.state));
  }

  private void equalContentIsLoadedOnce() {
    List<Version> loaded =
        ends.keySet().stream()
            .filter(v -> LOADED.contains(ends.get(v).state) && model.given.containsKey(v))
            .filter(v -> !model.given.get(v).isArchive() && model.feeds.get(v.feed()).sameContent())
            .toList();
    for (int i = 0; i < loaded.size(); i++) {
      for (int j = i + 1; j < loaded.size(); j++) {
        Version one = loaded.get(i);
        Version other = loaded.get(j);
        if (one.feed() == other.feed()
            && !one.path().equals(other.path())
            && sameBytes(model.given.get(one), model.given.get(other))) {
          differences.add(one + " and " + other + " have the same content, and both are loaded");
        }
      }
    }
  }

  // Rows

  private void rows(ModelFeed feed) {
    List<String> expected = model.rows(feed);
    List<String> found = new ArrayList<>();
    for (String table : world.tables(feed)) {
      found.addAll(
          world.observer.ledger(
              c -> feed.kind().isCsv() ? csv(c, feed, table) : measured(c, feed, table)));
    }
    List<String> missing = new ArrayList<>(expected);
    List<String> wrong = new ArrayList<>();
    Map<String, Integer> counts = new HashMap<>();
    expected.forEach(line -> counts.merge(line, 1, Integer::sum));
    for (String line : found) {
      if (counts.merge(line, -1, Integer::sum) < 0) {
        wrong.add(line);
      }
    }
    Map<String, Integer> foundCounts = new HashMap<>();
    found.forEach(line -> foundCounts.merge(line, 1, Integer::sum));
    missing.removeIf(line -> foundCounts.merge(line, -1, Integer::sum) >= 0);
    missing.forEach(line -> differences.add("row missing: " + feed.kind() + " " + line));
    wrong.forEach(line -> differences.add("row too many: " + feed.kind() + " " + line));
  }

  private List<String> measured(Connection connection, ModelFeed feed, String table)
      throws SQLException {
    String view = feed.name() + "." + table + "_v";
    if (!Sql.exists(connection, "select where to_regclass(?) is not null", view)) {
      return List.of();
    }
    return Sql.list(connection, "select * from " + view, row -> measured(feed, table, row));
  }

  private String measured(ModelFeed feed, String table, ResultSet row) throws SQLException {
    String key =
        Sql.instant(row, "end_time")
            + "|"
            + row.getString("element")
            + "|"
            + row.getString("object");
    if (feed.kind().isTall()) {
      key += "|" + row.getString("counter");
    }
    Map<String, String> fields = new LinkedHashMap<>();
    ResultSetMetaData columns = row.getMetaData();
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      String column = columns.getColumnName(i);
      String value = row.getString(i);
      if (value != null && !KEY_COLUMNS.contains(column)) {
        String field = feed.kind().isTall() ? "value" : column.replaceFirst("__.*", "");
        if (fields.put(field, canonical(row, i)) != null) {
          differences.add("two forms of one value: " + table + " " + key + " " + field);
        }
      }
    }
    return line(row, new RowKey(table, key), fields);
  }

  private static String canonical(ResultSet row, int column) throws SQLException {
    BigDecimal value = row.getBigDecimal(column);
    return value.stripTrailingZeros().toPlainString();
  }

  private List<String> csv(Connection connection, ModelFeed feed, String table)
      throws SQLException {
    return Sql.list(
        connection, "select * from " + feed.name() + "." + table, row -> csv(feed, table, row));
  }

  private String csv(ModelFeed feed, String table, ResultSet row) throws SQLException {
    Map<String, String> fields = new LinkedHashMap<>();
    ResultSetMetaData columns = row.getMetaData();
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      String column = columns.getColumnName(i);
      if (row.getString(i) == null || column.startsWith("_")) {
        continue;
      }
      switch (column) {
        case "time" -> fields.put(column, Sql.instant(row, i).toString());
        case "a", "c" -> fields.put(column, canonical(row, i));
        default -> fields.put(column, row.getString(i));
      }
    }
    String key = feed.merges() ? fields.remove("time") + "|" + fields.remove("cell") : "";
    return line(row, new RowKey(table, key), fields);
  }

  private String line(ResultSet row, RowKey key, Map<String, String> fields) throws SQLException {
    Version file = byId.get(row.getLong("_file"));
    if (file == null || file.micros() != row.getLong("_version")) {
      differences.add(
          "row of %s has file %d and version %d"
              .formatted(key, row.getLong("_file"), row.getLong("_version")));
    }
    return Model.line(key, fields, file);
  }

  // Staging

  private void stagingIsSwept() throws IOException {
    world.sweepLater();
    Set<String> left = new HashSet<>(world.staged(StagingKeys.RAW));
    left.addAll(world.staged(StagingKeys.CHUNK));
    left.forEach(key -> differences.add("left in staging after 40 days: " + key));
  }
}
