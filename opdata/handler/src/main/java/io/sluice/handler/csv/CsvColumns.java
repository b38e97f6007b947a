package io.sluice.handler.csv;

import io.sluice.core.catalog.ColumnKey;
import io.sluice.core.catalog.Names;
import io.sluice.core.catalog.TargetColumn;
import io.sluice.core.catalog.ValueKind;
import io.sluice.core.chunk.PgType;
import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.CleanStep;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedFormat;
import io.sluice.core.feed.Glob;
import io.sluice.core.feed.SqlType;
import io.sluice.handler.encode.BatchContext;
import io.sluice.handler.encode.BatchTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/** Which field goes to which column, after cleaning, and as what. */
final class CsvColumns {

  private static final int MAX_ROW_BYTES = 6_900;
  private static final int MAX_COLUMNS = 1_500;
  private static final int MAX_NAME = 650;

  /** A column to be loaded, while it is decided. */
  private static final class Draft {
    final int field;
    String name;
    Optional<SqlType> type;
    final List<String> formats = new ArrayList<>();
    String fallback;
    boolean trim;

    Draft(int field, String name, Optional<SqlType> type) {
      this.field = field;
      this.name = name;
      this.type = type;
    }
  }

  private final BatchContext batch;
  private final Feed feed;
  private final FeedFormat.Csv format;
  private final CsvHeader header;
  private final BatchTarget target;
  private final List<Draft> drafts = new ArrayList<>();

  private CsvColumns(
      BatchContext batch, FeedFormat.Csv format, CsvHeader header, BatchTarget target) {
    this.batch = batch;
    this.feed = batch.feed();
    this.format = format;
    this.header = header;
    this.target = target;
  }

  /**
   * Decides on the columns and registers them.
   *
   * @throws RejectFile when a column is missing or ambiguous, or the table would be too wide
   */
  static List<CsvColumn> of(
      BatchContext batch, FeedFormat.Csv format, CsvHeader header, BatchTarget target) {
    CsvColumns columns = new CsvColumns(batch, format, header, target);
    columns.choose();
    columns.clean();
    columns.checkNeeded();
    return columns.register();
  }

  private void choose() {
    if (format.columns().isEmpty()) {
      header.checkUses(feed);
      for (int i = 0; i < header.size(); i++) {
        drafts.add(new Draft(i, header.distinct(i), Optional.empty()));
      }
      return;
    }
    format
        .columns()
        .forEach(
            (name, column) -> {
              int field = header.field(column.from().orElse(name));
              Draft draft = new Draft(field, name, column.type());
              column.format().ifPresent(draft.formats::add);
              drafts.add(draft);
            });
  }

  private void clean() {
    for (CleanStep step : feed.clean()) {
      if (step instanceof CleanStep.Drop drop) {
        Predicate<String> dropped = Glob.any(drop.fields());
        drafts.removeIf(draft -> dropped.test(draft.name));
      } else if (step instanceof CleanStep.Keep keep) {
        Predicate<String> kept = Glob.any(keep.fields()).or(this::isTime).or(this::isKey);
        drafts.removeIf(draft -> !kept.test(draft.name));
      } else if (step instanceof CleanStep.Rename rename) {
        drafts.forEach(draft -> draft.name = rename.names().getOrDefault(draft.name, draft.name));
      } else if (step instanceof CleanStep.Default defaults) {
        drafts.forEach(
            draft -> draft.fallback = defaults.values().getOrDefault(draft.name, draft.fallback));
      } else if (step instanceof CleanStep.Trim trim) {
        Predicate<String> trimmed = Glob.any(trim.fields());
        drafts.forEach(draft -> draft.trim |= trimmed.test(draft.name));
      }
    }
    if (drafts.isEmpty()) {
      throw new RejectFile("no_columns", "header", "cleaning leaves no column of " + header);
    }
  }

  /**
   * Without its time a row belongs to no partition, and without its key rows would be merged that
   * are not the same.
   */
  private void checkNeeded() {
    feed.target().time().ifPresent(time -> checkNeeded(time, "target.time"));
    if (batch.merges()) {
      feed.target().key().forEach(key -> checkNeeded(key, "target.key"));
    }
  }

  private void checkNeeded(String name, String property) {
    if (drafts.stream().noneMatch(draft -> CsvHeader.isSame(name, draft.name))) {
      throw new RejectFile(
          "missing_column",
          "header",
          "the file has no column '%s' of %s; it has %s".formatted(name, property, header));
    }
  }

  private boolean isTime(String name) {
    return feed.target().time().filter(time -> CsvHeader.isSame(time, name)).isPresent();
  }

  private boolean isKey(String name) {
    return feed.target().key().stream().anyMatch(key -> CsvHeader.isSame(key, name));
  }

  private void checkNames() {
    if (drafts.size() > MAX_COLUMNS) {
      throw tooWide();
    }
    for (Draft draft : drafts) {
      if (draft.name.length() > MAX_NAME) {
        throw new RejectFile(
            "column_name",
            "header",
            "a column's name has %d chars, beginning '%s'; check header and delimiter"
                .formatted(draft.name.length(), draft.name.substring(0, 60)));
      }
    }
  }

  private List<CsvColumn> register() {
    checkNames();
    List<ColumnKey> keys = new ArrayList<>();
    for (Draft draft : drafts) {
      keys.add(new ColumnKey(draft.name, ValueKind.VALUE, type(draft)));
    }
    if (keys.stream().mapToInt(key -> key.type().rowBytes()).sum() > MAX_ROW_BYTES) {
      throw tooWide();
    }
    List<TargetColumn> columns = batch.catalog().columns(feed, target.target(), keys);
    FieldParsers parsers =
        new FieldParsers(
            new CsvNumbers(format.decimalSeparator(), format.groupSeparator().orElse('\0')),
            feed.zone());
    List<CsvColumn> result = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      result.add(column(drafts.get(i), columns.get(i), parsers));
    }
    return result;
  }

  private PgType type(Draft draft) {
    String column = Names.normalise(draft.name).toLowerCase(Locale.ROOT);
    return draft
        .type
        .map(type -> PgType.ofSql(type.sql()).orElseThrow())
        .or(() -> target.typeWanted(draft.name))
        .or(() -> Optional.ofNullable(target.typesInDatabase().get(column)))
        .orElseGet(() -> isTime(draft.name) ? PgType.TIMESTAMPTZ : PgType.TEXT);
  }

  private RejectFile tooWide() {
    return new RejectFile(
        "too_many_columns",
        "header",
        drafts.size()
            + " columns do not fit one table; name those to load in the format's columns");
  }

  private CsvColumn column(Draft draft, TargetColumn column, FieldParsers parsers) {
    if (column.tableId() != target.target().mainTableId()) {
      throw tooWide();
    }
    List<String> formats = new ArrayList<>(draft.formats);
    formats.addAll(format.dateFormats());
    return new CsvColumn(
        draft.field,
        column,
        parsers.of(draft.name, column.type(), formats, format.zone()),
        draft.fallback,
        draft.trim,
        isTime(draft.name),
        isKey(draft.name));
  }
}
