package io.sluice.bench;

import io.sluice.core.sql.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What a line has used at one time.
 *
 * @param processor by program
 * @param threads part of it, of all programs together
 */
record Reading(Map<String, Duration> processor, ProcessorTime.Threads threads, Counts counts) {

  /**
   * Things that are counted, each since a beginning of its own.
   *
   * @param statements of all clients but the bench, without BEGIN and COMMIT
   * @param transactions that clients began: of COMMITs, pg_stat_statements misses the prepared ones
   * @param wal bytes
   * @param messages the broker took, where it counts them
   * @param objects in staging
   * @param staged bytes in staging
   */
  record Counts(
      long statements,
      long transactions,
      long wal,
      OptionalLong messages,
      long objects,
      long staged) {

    private static final String STATEMENTS =
        """
        select coalesce(sum(calls) filter (where query !~* '^\\s*(begin|commit|rollback)\\M'), 0)::bigint,
               coalesce(sum(calls) filter (where query ~* '^\\s*begin\\M'), 0)::bigint,
               pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint
        from pg_stat_statements s join pg_database d on d.oid = s.dbid
        where d.datname = ? and s.userid <> ?::regrole
        """;

    static Counts of(Line line) throws IOException, SQLException {
      OptionalLong messages = line.published();
      long[] staging = staging(line.staging());
      Warehouse warehouse = line.warehouse();
      try (Connection connection = warehouse.server().getConnection()) {
        return Sql.one(
            connection,
            STATEMENTS,
            row ->
                new Counts(
                    row.getLong(1),
                    row.getLong(2),
                    row.getLong(3),
                    messages,
                    staging[0],
                    staging[1]),
            warehouse.name(),
            Warehouse.ROLE);
      }
    }

    private static long[] staging(Path directory) throws IOException {
      long[] found = new long[2];
      try (Stream<Path> all = Files.walk(directory)) {
        for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
          found[0]++;
          found[1] += Files.size(file);
        }
      }
      return found;
    }

    Counts since(Counts before) {
      return new Counts(
          statements - before.statements,
          transactions - before.transactions,
          wal - before.wal,
          messages.isPresent()
              ? OptionalLong.of(messages.getAsLong() - before.messages.getAsLong())
              : messages,
          objects - before.objects,
          staged - before.staged);
    }
  }

  /** At the beginning: processor time last, so that counting costs nothing. */
  static Reading first(Line line) throws IOException, SQLException {
    Statements.forget(line.warehouse());
    Counts counts = Counts.of(line);
    return new Reading(processor(line), threads(line), counts);
  }

  /** At the end: processor time first. */
  static Reading last(Line line) throws IOException, SQLException {
    Map<String, Duration> processor = processor(line);
    ProcessorTime.Threads threads = threads(line);
    return new Reading(processor, threads, Counts.of(line));
  }

  private static Map<String, Duration> processor(Line line) throws IOException, SQLException {
    Map<String, Duration> processor = new LinkedHashMap<>();
    for (Map.Entry<String, Long> process : line.processes().entrySet()) {
      processor.put(process.getKey(), ProcessorTime.ofTree(process.getValue()));
    }
    return processor;
  }

  private static ProcessorTime.Threads threads(Line line) throws IOException, SQLException {
    ProcessorTime.Threads all =
        new ProcessorTime.Threads(Duration.ZERO, Duration.ZERO, Duration.ZERO);
    for (long process : line.processes().values()) {
      all = all.plus(ProcessorTime.ofThreads(process));
    }
    return all;
  }

  Reading since(Reading before) {
    Map<String, Duration> used = new LinkedHashMap<>();
    processor.forEach((name, time) -> used.put(name, time.minus(before.processor.get(name))));
    return new Reading(used, threads.minus(before.threads), counts.since(before.counts));
  }
}
