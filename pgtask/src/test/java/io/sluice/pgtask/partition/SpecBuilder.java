package io.sluice.pgtask.partition;

import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.Interval.Unit;
import io.sluice.pgtask.task.PartitionSpec;
import io.sluice.pgtask.task.PartitionSpec.DefaultPartition;
import io.sluice.pgtask.task.PartitionSpec.Expired;
import io.sluice.pgtask.task.PartitionSpec.Export;
import io.sluice.pgtask.task.PartitionSpec.Sub;
import io.sluice.pgtask.task.PartitionSpec.Template;
import io.sluice.pgtask.task.TimeEncoding;
import java.net.URI;
import java.time.Duration;
import java.time.temporal.TemporalAmount;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** A rotation by day, two days ahead, that keeps everything, unless told otherwise. */
final class SpecBuilder {

  List<String> tables = List.of("public.cdr");
  List<String> exclude = List.of();
  Optional<String> feed = Optional.empty();
  Optional<Interval> by = Optional.of(new Interval.Calendar(Unit.DAY));
  Optional<TimeEncoding> encoding = Optional.empty();
  Optional<Duration> aheadTime = Optional.of(Duration.ofDays(2));
  OptionalInt aheadCount = OptionalInt.empty();
  Optional<TemporalAmount> keepTime = Optional.empty();
  OptionalLong keepIds = OptionalLong.empty();
  OptionalLong keepBytes = OptionalLong.empty();
  Expired expired = new Expired.Drop();
  Optional<Export> export = Optional.empty();
  boolean drain = true;
  int batch = 1000;
  boolean gaps = true;
  Optional<String> nameFormat = Optional.empty();
  Template template = new Template(Optional.empty(), Optional.empty(), Map.of(), true);
  boolean reapplyPrivileges;
  Optional<Sub> sub = Optional.empty();
  Duration analyzeEvery = Duration.ZERO;
  int most = 400;
  double mostShare = 0.5;
  boolean confirmed;

  static SpecBuilder of(String... tables) {
    SpecBuilder builder = new SpecBuilder();
    builder.tables = List.of(tables);
    return builder;
  }

  SpecBuilder by(Interval interval) {
    by = Optional.of(interval);
    return this;
  }

  SpecBuilder by(Unit unit) {
    return by(new Interval.Calendar(unit));
  }

  SpecBuilder aheadCount(int count) {
    aheadTime = Optional.empty();
    aheadCount = OptionalInt.of(count);
    return this;
  }

  SpecBuilder keepDays(int days) {
    keepTime = Optional.of(Duration.ofDays(days));
    return this;
  }

  SpecBuilder expired(Expired what) {
    expired = what;
    return this;
  }

  SpecBuilder export(URI to) {
    export = Optional.of(new Export(to));
    return this;
  }

  PartitionSpec build() {
    return new PartitionSpec(
        tables,
        exclude,
        feed,
        by,
        encoding,
        aheadTime,
        aheadCount,
        keepTime,
        keepIds,
        keepBytes,
        expired,
        export,
        new DefaultPartition(drain, batch),
        gaps,
        nameFormat,
        template,
        reapplyPrivileges,
        sub,
        analyzeEvery,
        most,
        mostShare,
        confirmed);
  }
}
