package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.KeyType;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.partition.Periods;
import io.sluice.pgtask.partition.TimeValues;
import io.sluice.pgtask.run.Privileges;
import io.sluice.pgtask.run.Privileges.Requirement;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.HumanFormat;
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
      select format('row-level trigger %%I with transition tables', tgname) from pg_trigger
      where tgrelid = %1$d and not tgisinternal and tgtype & 1 = 1
        and (tgoldtable is not null or tgnewtable is not null)
      union all
      select format('NO INHERIT check constraint %%I', conname) from pg_constraint
      where conrelid = %1$d and contype = 'c' and connoinherit
      union all
      select format('exclusion constraint %%I', conname) from pg_constraint
      where conrelid = %1$d and contype = 'x'
      order by 1
      """;

  /** As measured, with the triggers that follow. */
  private static final int FOREIGN_KEY_MILLIS = 2;

  private final ConvertSpec spec;
  private final TaskRun run;
  private final SourceTable source;
  private final List<String> problems = new ArrayList<>();

  ConversionPlan(ConvertSpec spec, TaskRun run, SourceTable source) {
    this.spec = spec;
    this.run = run;
    this.source = source;
  }

  /** Empty if the run was told problems. */
  Optional<ConvertLayout> make() throws SQLException {
    problems.addAll(run.read(c -> Obstacles.of(c, source, "r", "is partitioned", true)));
    if (source.attachment().isPresent()) {
      problems.add(
          "%s is itself a partition of %s; only a standalone table can be converted"
              .formatted(source.name(), source.attachment().get().parent()));
    }
    checkForm();
    if (source.column(spec.column()).isPresent()) {
      problems.addAll(Consequences.check(run, spec, source));
    }
    List<ForeignKey> foreignKeys = run.read(c -> ForeignKey.of(c, List.of(source.name())));
    checkRights(foreignKeys);
    Optional<Periods> periods = periods();
    Optional<PeriodRange> range =
        periods.isPresent() && readable() ? range(periods.get()) : Optional.empty();
    Optional<ConvertLayout> layout = Optional.empty();
    if (range.isPresent()) {
      List<Bounds> partitions = range.get().partitions(periods.get(), run.now());
      StorageOptions storage = run.read(c -> StorageOptions.read(c, source));
      layout =
          Optional.of(
              new ConvertLayout(spec, source, storage, periods.get(), partitions, foreignKeys));
      checkNames(layout.get());
    }
    problems.forEach(run::problem);
    if (!problems.isEmpty()) {
      return Optional.empty();
    }
    notes(layout.get().tables().size() * foreignKeys.size());
    return layout;
  }

  /** Without this the rows are not looked at; that the role lacks rights is said already. */
  private boolean readable() throws SQLException {
    String sql = "select has_table_privilege(" + source.oid() + "::oid, 'select')";
    return run.read(c -> Sql.isTrue(c, sql));
  }

  /** On what foreign keys refer to: to add them again, and to lock it in the right order. */
  private void checkRights(List<ForeignKey> foreignKeys) throws SQLException {
    List<Requirement> needs = new ArrayList<>();
    for (TableName other : ForeignKey.referenced(foreignKeys)) {
      needs.add(Privileges.using(other.schema()));
      needs.add(Privileges.referencing(other));
      needs.add(Privileges.lockingWriters(other));
    }
    run.read(c -> Privileges.sentences(c, needs)).stream()
        .map(missing -> "%s cannot be converted: %s".formatted(source.name(), missing))
        .forEach(problems::add);
  }

  private void checkForm() throws SQLException {
    List<String> things = run.read(c -> Sql.strings(c, NOT_PARTITIONED.formatted(source.oid())));
    if (!things.isEmpty()) {
      problems.add(
          "PostgreSQL does not support %s on partitioned tables; drop or change it before converting %s"
              .formatted(String.join(", ", things), source.name()));
    }
  }

  private Optional<Periods> periods() throws SQLException {
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
          "%s cannot be partitioned by %s%s; the partition column must be a stored timestamptz, timestamp, date, integer or numeric, or with timeFormat: a uuid or text"
              .formatted(
                  source.name(),
                  column.get().name(),
                  type.isEmpty()
                      ? " of type " + column.get().type()
                      : ", which is a generated column"));
      return Optional.empty();
    }
    checkNulls(column.get());
    try {
      Periods periods =
          Periods.of(type.get(), spec.encoding(), run.task().zone(), spec.by(), spec.nameFormat());
      Optional<String> wrong =
          run.read(c -> TimeValues.wrongOrder(c, periods, source.oid(), spec.column()));
      wrong.ifPresent(why -> problems.add("%s: %s".formatted(source.name(), why)));
      return wrong.isPresent() ? Optional.empty() : Optional.of(periods);
    } catch (IllegalArgumentException e) {
      problems.add("column %s of %s: %s".formatted(spec.column(), source.name(), e.getMessage()));
      return Optional.empty();
    }
  }

  private void checkNulls(SourceColumn column) {
    boolean primary = source.indexes().stream().anyMatch(i -> i.primary() || i.replicaIdentity());
    if (!column.notNull() && (primary || !spec.defaultPartition())) {
      problems.add(
          "column %s of %s is nullable, %s. Run alter table %s alter column %s set not null, after fixing the rows where it is NULL%s"
              .formatted(
                  column.name(),
                  source.name(),
                  primary
                      ? "but must become part of the primary key or replica identity"
                      : "and a NULL has no partition",
                  source.name().sql(),
                  column.sql(),
                  primary ? "" : "; or set default: true"));
    }
  }

  private Optional<PeriodRange> range(Periods periods) throws SQLException {
    SourceColumn column = source.column(spec.column()).orElseThrow();
    ColumnRange survey = run.read(c -> ColumnRange.take(c, source, column, periods));
    if (survey.nulls() > 0 && !spec.defaultPartition()) {
      problems.add(
          "%,d rows of %s have no %s; fix them, or set default: true"
              .formatted(survey.nulls(), source.name(), column.name()));
    }
    long now = periods.isTime() ? periods.value(run.now()) : 0;
    PeriodRange range =
        PeriodRange.of(
            periods,
            survey.first().orElse(now),
            survey.last().orElse(survey.first().orElse(now)),
            run.now(),
            spec.most());
    if ((!range.whole() || survey.infinite()) && !spec.defaultPartition()) {
      long outside =
          run.read(c -> ColumnRange.outside(c, source, column, periods, range.from(), range.to()));
      problems.add(
          "the rows of %s need more than the %,d partitions that most: allows, or include infinite values; %,d of them have a %s before %s or from %s on, as a wrong clock writes it. Fix them, raise most:, or set default: true to put them into a default partition"
              .formatted(
                  source.name(),
                  spec.most(),
                  outside,
                  column.name(),
                  periods.literal(range.from()),
                  periods.literal(range.to())));
      return Optional.empty();
    }
    return survey.strangers() > 0 && hinders(survey.strangers(), range, column, periods)
        ? Optional.empty()
        : Optional.of(range);
  }

  /**
   * Rows without a time may go to a default partition, and to no other, where they would expire.
   */
  private boolean hinders(long strangers, PeriodRange range, SourceColumn column, Periods periods)
      throws SQLException {
    List<Bounds> partitions = range.partitions(periods, run.now());
    long inside =
        spec.defaultPartition()
            ? run.read(c -> ColumnRange.strangersIn(c, source, column, periods, partitions))
            : strangers;
    String what =
        "%,d rows of %s have a %s that is %s"
            .formatted(strangers, source.name(), column.name(), TimeValues.strangers(periods));
    if (inside == 0) {
      run.note(what + "; they go to the default partition");
      return false;
    }
    problems.add(
        spec.defaultPartition()
            ? "%s; %,d of them lie in partitions all the same, and would expire by a time that is not theirs. Correct, move or delete them"
                .formatted(what, inside)
            : what + ". Correct them, or set default: true");
    return true;
  }

  /** What an earlier run of this move made is no obstacle. */
  private void checkNames(ConvertLayout layout) throws SQLException {
    CopyNames names = new CopyNames(source.name());
    List<String> wanted = new ArrayList<>();
    layout.tables().stream().map(TableName::name).forEach(wanted::add);
    wanted.addAll(layout.renaming().needed());
    List<String> taken =
        run.read(
            c ->
                Sql.strings(
                    c,
                    """
                    select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                    where n.nspname = %1$s and c.relname in (%2$s)
                      and not exists (select from pg_inherits i where i.inhrelid = c.oid
                                      and i.inhparent = to_regclass(%3$s))
                    order by 1\
                    """
                        .formatted(
                            SqlNames.literal(source.name().schema()),
                            wanted.stream()
                                .map(SqlNames::literal)
                                .collect(Collectors.joining(", ")),
                            SqlNames.literal(names.copy().sql()))));
    if (!taken.isEmpty()) {
      problems.add(
          "%s needs names that already exist in schema %s: %s. Rename or drop these"
              .formatted(source.name(), source.name().schema(), String.join(", ", taken)));
    }
  }

  /**
   * @param foreignKeys of all partitions together
   */
  private void notes(int foreignKeys) {
    run.note(
        "until the old table is dropped, converting %s takes about %s of additional disk space, plus what is written in the meantime"
            .formatted(source.name(), HumanFormat.bytes(source.bytes())));
    if (foreignKeys > 0) {
      run.note(
          "the swap adds %,d foreign keys to partitions of %s, which takes about %,d ms under its lock"
              .formatted(foreignKeys, source.name(), foreignKeys * FOREIGN_KEY_MILLIS));
    }
  }
}
