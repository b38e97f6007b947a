package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.KeyType;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.partition.Periods;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.Sizes;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Checks whether a table can become partitioned, and says everything that is against it at once.
 */
final class ConversionPlan {

  /** What PostgreSQL does not allow for partitioned tables. */
  private static final String NOT_PARTITIONED =
      """
      select format('its trigger %%I has transition tables and fires for each row', tgname) from pg_trigger
      where tgrelid = %1$d and not tgisinternal and tgtype & 1 = 1
        and (tgoldtable is not null or tgnewtable is not null)
      union all
      select format('its check %%I is NO INHERIT', conname) from pg_constraint
      where conrelid = %1$d and contype = 'c' and connoinherit
      union all
      select format('its exclusion constraint %%I', conname) from pg_constraint
      where conrelid = %1$d and contype = 'x'
      order by 1
      """;

  private final ConvertSpec spec;
  private final TaskRun run;
  private final Source source;
  private final List<String> problems = new ArrayList<>();

  ConversionPlan(ConvertSpec spec, TaskRun run, Source source) {
    this.spec = spec;
    this.run = run;
    this.source = source;
  }

  /** Empty if the run was told problems. */
  Optional<ConvertShape> make() throws SQLException {
    problems.addAll(run.read(c -> Obstacles.of(c, source, "is partitioned")));
    if (source.slot().isPresent()) {
      problems.add(
          "%s is itself a partition of %s; convert a table of its own"
              .formatted(source.name(), source.slot().get().parent()));
    }
    checkForm();
    Optional<Periods> periods = periods();
    Optional<Range> range =
        periods.isPresent() && readable() ? range(periods.get()) : Optional.empty();
    Optional<ConvertShape> shape = Optional.empty();
    if (range.isPresent()) {
      List<Bounds> partitions = range.get().partitions(periods.get(), run.now());
      Storage storage = run.read(c -> Storage.read(c, source));
      shape = Optional.of(new ConvertShape(spec, source, storage, periods.get(), partitions));
      checkNames(shape.get());
    }
    problems.forEach(run::problem);
    if (!problems.isEmpty()) {
      return Optional.empty();
    }
    notes();
    return shape;
  }

  /** Without this the rows are not looked at; that the role lacks rights is said already. */
  private boolean readable() throws SQLException {
    String sql = "select has_table_privilege(" + source.oid() + "::oid, 'select')";
    return run.read(c -> Sql.is(c, sql));
  }

  private void checkForm() throws SQLException {
    List<String> things = run.read(c -> Sql.texts(c, NOT_PARTITIONED.formatted(source.oid())));
    if (!things.isEmpty()) {
      problems.add(
          "PostgreSQL has no partitioned tables with %s; drop or change it before %s becomes partitioned"
              .formatted(String.join(", ", things), source.name()));
    }
  }

  private Optional<Periods> periods() {
    Optional<SourceColumn> column = source.column(spec.column());
    if (column.isEmpty()) {
      problems.add(
          "%s has no column %s; its columns are %s"
              .formatted(
                  source.name(),
                  spec.column(),
                  source.columns().stream()
                      .map(SourceColumn::name)
                      .collect(Collectors.joining(", "))));
      return Optional.empty();
    }
    Optional<KeyType> type = KeyType.of(column.get().type());
    if (type.isEmpty() || column.get().generated()) {
      problems.add(
          "%s cannot be partitioned by %s%s; it takes a stored timestamptz, timestamp, date, whole number or numeric"
              .formatted(
                  source.name(),
                  column.get().name(),
                  type.isEmpty()
                      ? " of type " + column.get().type()
                      : ", which PostgreSQL computes"));
      return Optional.empty();
    }
    checkNulls(column.get());
    try {
      return Optional.of(
          Periods.of(type.get(), spec.epoch(), run.task().zone(), spec.by(), spec.nameFormat()));
    } catch (IllegalArgumentException e) {
      problems.add("column %s of %s: %s".formatted(spec.column(), source.name(), e.getMessage()));
      return Optional.empty();
    }
  }

  private void checkNulls(SourceColumn column) {
    boolean primary = source.indexes().stream().anyMatch(SourceIndex::primary);
    if (!column.notNull() && (primary || !spec.defaultPartition())) {
      problems.add(
          "column %s of %s may be NULL, %s. Run alter table %s alter column %s set not null, after mending the rows that are%s"
              .formatted(
                  column.name(),
                  source.name(),
                  primary ? "and the primary key must contain it" : "and a NULL has no partition",
                  source.name().sql(),
                  column.sql(),
                  primary ? "" : "; or set default: true"));
    }
  }

  private Optional<Range> range(Periods periods) throws SQLException {
    SourceColumn column = source.column(spec.column()).orElseThrow();
    Survey survey = run.read(c -> Survey.take(c, source, column, periods.type()));
    if (survey.nulls() > 0 && !spec.defaultPartition()) {
      problems.add(
          "%,d rows of %s have no %s; mend them, or set default: true"
              .formatted(survey.nulls(), source.name(), column.name()));
    }
    long now = periods.isTime() ? periods.value(run.now()) : 0;
    Range range =
        Range.of(
            periods,
            survey.first().orElse(now),
            survey.last().orElse(survey.first().orElse(now)),
            run.now(),
            spec.most());
    if ((!range.whole() || survey.infinite()) && !spec.defaultPartition()) {
      long outside =
          run.read(c -> Survey.outside(c, source, column, periods, range.from(), range.to()));
      problems.add(
          "the rows of %s need more than the %,d partitions of most:, or have no end; %,d of them have a %s before %s or from %s on, as a bad clock writes it. Mend them, set most: higher, or set default: true so that they go to a default partition"
              .formatted(
                  source.name(),
                  spec.most(),
                  outside,
                  column.name(),
                  periods.type().literal(range.from()),
                  periods.type().literal(range.to())));
      return Optional.empty();
    }
    return Optional.of(range);
  }

  /** What an earlier run of this move made is no obstacle. */
  private void checkNames(ConvertShape shape) throws SQLException {
    CopyNames names = new CopyNames(source.name());
    List<String> wanted = new ArrayList<>();
    shape.tables().stream().map(TableName::name).forEach(wanted::add);
    wanted.addAll(new Renaming(source, names, ConvertShape.OLD).needed());
    List<String> taken =
        run.read(
            c ->
                Sql.texts(
                    c,
                    """
                    select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                    where n.nspname = %1$s and c.relname in (%2$s)
                      and not exists (select from pg_inherits i where i.inhrelid = c.oid
                                      and i.inhparent = to_regclass(%3$s))
                    order by 1"""
                        .formatted(
                            SqlNames.literal(source.name().schema()),
                            wanted.stream()
                                .map(SqlNames::literal)
                                .collect(Collectors.joining(", ")),
                            SqlNames.literal(names.copy().sql()))));
    if (!taken.isEmpty()) {
      problems.add(
          "%s needs names that are taken in schema %s: %s. Rename or drop these"
              .formatted(source.name(), source.name().schema(), String.join(", ", taken)));
    }
  }

  private void notes() {
    run.note(
        "until the old table is dropped, converting %s takes about %s more on disk, and what is written meanwhile"
            .formatted(source.name(), Sizes.words(source.bytes())));
    if (source.key().isEmpty()) {
      run.note(
          "%s has no primary key and no unique index of NOT NULL columns: a run that is broken off while it copies begins anew, and every row deleted meanwhile is looked for by all its values"
              .formatted(source.name()));
    }
    CopyIndex.of(source, source.column(spec.column())).stream()
        .filter(CopyIndex::widened)
        .forEach(
            index ->
                run.note(
                    "unique index %s of %s gets %s as a further column: PostgreSQL wants the partition column in it, so its other columns alone may come twice"
                        .formatted(index.source().name(), source.name(), spec.column())));
  }
}
