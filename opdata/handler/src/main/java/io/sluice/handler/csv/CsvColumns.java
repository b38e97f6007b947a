package io.sluice.handler.csv;

import io.sluice.core.catalog.ColumnKey;
import io.sluice.core.catalog.Names;
import io.sluice.core.catalog.Target;
import io.sluice.core.catalog.TargetColumn;
import io.sluice.core.catalog.ValueKind;
import io.sluice.core.chunk.PgType;
import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.CleanStep;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedFormat;
import io.sluice.core.feed.Glob;
import io.sluice.core.feed.SqlType;
import io.sluice.handler.encode.BatchTarget;
import io.sluice.handler.encode.FileContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

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

  private final FileContext context;
  private final FeedFormat.Csv format;
  private final CsvHeader header;
  private final List<Draft> drafts = new ArrayList<>();

  private CsvColumns(FileContext context, FeedFormat.Csv format, CsvHeader header) {
    this.context = context;
    this.format = format;
    this.header = header;
  }

  /**
   * Decides on the columns and registers them.
   *
   * @throws RejectFile when a column is missing or ambiguous, or the table would be too wide
   */
  static List<CsvColumn> of(
      FileContext context, FeedFormat.Csv format, CsvHeader header, BatchTarget target) {
    CsvColumns columns = new CsvColumns(context, format, header);
    columns.choose();
    columns.clean();
    columns.checkNeeded();
    return columns.register(target);
  }

  private void choose() {
    if (format.columns().isEmpty()) {
      header.checkUses(context.feed());
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
    for (CleanStep step : context.feed().clean()) {
      if (step instanceof CleanStep.Drop drop) {
        List<Glob> globs = drop.fields().stream().map(Glob::of).toList();
        drafts.removeIf(draft -> matches(globs, draft.name));
      } else if (step instanceof CleanStep.Keep keep) {
        List<Glob> globs = keep.fields().stream().map(Glob::of).toList();
        drafts.removeIf(
            draft -> !matches(globs, draft.name) && !isTime(draft.name) && !isKey(draft.name));
      } else if (step instanceof CleanStep.Rename rename) {
        drafts.forEach(draft -> draft.name = rename.names().getOrDefault(draft.name, draft.name));
      } else if (step instanceof CleanStep.Default defaults) {
        drafts.forEach(
            draft -> draft.fallback = defaults.values().getOrDefault(draft.name, draft.fallback));
      } else if (step instanceof CleanStep.Trim trim) {
        List<Glob> globs = trim.fields().stream().map(Glob::of).toList();
        drafts.forEach(draft -> draft.trim |= matches(globs, draft.name));
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
    context.feed().target().time().ifPresent(time -> checkNeeded(time, "target.time"));
    if (context.merges()) {
      context.feed().target().key().forEach(key -> checkNeeded(key, "target.key"));
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

  private static boolean matches(List<Glob> globs, String name) {
    return globs.stream().anyMatch(glob -> glob.matches(name));
  }

  private boolean isTime(String name) {
    return context.feed().target().time().filter(time -> CsvHeader.isSame(time, name)).isPresent();
  }

  private boolean isKey(String name) {
    return context.feed().target().key().stream().anyMatch(key -> CsvHeader.isSame(key, name));
  }

  private void checkNames() {
    if (drafts.size() > MAX_COLUMNS) {
      throw tooWide(drafts.size());
    }
    for (Draft draft : drafts) {
      if (draft.name.length() > MAX_NAME) {
        throw new RejectFile(
            "column_name",
            "header",
            "a column's name has %d chars, beginning '%s'; is the header one, and the delimiter right?"
                .formatted(draft.name.length(), draft.name.substring(0, 60)));
      }
    }
  }

  private List<CsvColumn> register(BatchTarget batchTarget) {
    checkNames();
    Map<String, PgType> existing = batchTarget.typesInDatabase();
    Target target = batchTarget.target();
    List<ColumnKey> keys = new ArrayList<>();
    for (Draft draft : drafts) {
      keys.add(new ColumnKey(draft.name, ValueKind.VALUE, type(draft, existing)));
    }
    checkWidth(keys);
    List<TargetColumn> columns = context.catalog().columns(context.feed(), target, keys);
    FieldParsers parsers =
        new FieldParsers(
            new CsvNumbers(format.decimalSeparator(), format.groupSeparator().orElse('\0')),
            context.feed().zone());
    List<CsvColumn> result = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      result.add(column(drafts.get(i), columns.get(i), target, parsers));
    }
    return result;
  }

  private PgType type(Draft draft, Map<String, PgType> existing) {
    Feed feed = context.feed();
    if (draft.type.isPresent()) {
      return pgType(draft.type.get());
    }
    for (Map.Entry<String, SqlType> rule : feed.target().types().entrySet()) {
      if (Glob.of(rule.getKey()).matches(draft.name)) {
        return pgType(rule.getValue());
      }
    }
    PgType found = existing.get(Names.normalise(draft.name).toLowerCase(Locale.ROOT));
    if (found != null) {
      return found;
    }
    return isTime(draft.name) ? PgType.TIMESTAMPTZ : PgType.TEXT;
  }

  private static PgType pgType(SqlType type) {
    return PgType.ofSql(type.sql()).orElseThrow();
  }

  private static void checkWidth(List<ColumnKey> keys) {
    int bytes = keys.stream().mapToInt(key -> key.type().rowBytes()).sum();
    if (bytes > MAX_ROW_BYTES) {
      throw tooWide(keys.size());
    }
  }

  private static RejectFile tooWide(int columns) {
    return new RejectFile(
        "too_many_columns",
        "header",
        columns + " columns do not fit one table; name those to load in the format's columns");
  }

  private CsvColumn column(Draft draft, TargetColumn column, Target target, FieldParsers parsers) {
    if (column.tableId() != target.mainTableId()) {
      throw tooWide(drafts.size());
    }
    List<String> formats = new ArrayList<>(draft.formats);
    formats.addAll(format.dateFormats());
    CsvTimes times = new CsvTimes(formats, format.zone());
    return new CsvColumn(
        draft.field,
        column,
        parsers.of(draft.name, column.type(), times),
        Optional.ofNullable(draft.fallback),
        draft.trim,
        isTime(draft.name),
        isKey(draft.name));
  }
}
