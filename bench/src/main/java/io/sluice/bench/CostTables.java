package io.sluice.bench;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** Prints what waves took, beside a plain copy of the same rows. */
final class CostTables {
  private final PrintStream out;

  CostTables(PrintStream out) {
    this.out = out;
  }

  /** Time, processor time by program, and both over those of the copy. */
  void times(List<Cost> costs, PlainCopy.Result copy) {
    List<String> programs = List.copyOf(costs.get(0).used().processor().keySet());
    List<String> titles =
        new ArrayList<>(List.of("wave", "files", "wall s", "files/s", "CPU s", "CPU ms/file"));
    programs.forEach(program -> titles.add(program + " CPU s"));
    titles.addAll(List.of("of it JIT", "GC", "embedded broker", "wall / copy", "CPU / copy"));
    Table table = new Table(titles);
    costs.forEach(cost -> table.add(times(cost, copy)));
    table.add(times(copy, programs, costs.get(costs.size() - 1).files()));
    table.print(out);
    out.printf(
        Locale.ROOT,
        "The copy: the %,d rows of the last wave from %.1f MB of TSV into the same tables; CPU of server and psql.%n%n",
        copy.rows(),
        copy.bytes() / 1e6);
  }

  private static List<String> times(Cost cost, PlainCopy.Result copy) {
    List<String> cells =
        new ArrayList<>(head(cost.wave(), cost.files(), cost.seconds(), cost.processor()));
    cost.used().processor().values().forEach(time -> cells.add(Table.number(seconds(time))));
    ProcessorTime.Threads threads = cost.used().threads();
    cells.add(Table.number(seconds(threads.jit())));
    cells.add(Table.number(seconds(threads.garbage())));
    cells.add(Table.number(seconds(threads.broker())));
    // A wave of as many files has not quite as many rows.
    double share = (double) cost.rows() / copy.rows();
    cells.add(Table.number(cost.seconds() / seconds(copy.took()) / share));
    cells.add(Table.number(cost.processor() / seconds(copy.processor()) / share));
    return cells;
  }

  private static List<String> times(PlainCopy.Result copy, List<String> programs, long files) {
    List<String> cells =
        new ArrayList<>(head(copy.by(), files, seconds(copy.took()), seconds(copy.processor())));
    for (String program : programs) {
      cells.add(program.equals("PostgreSQL") ? Table.number(seconds(copy.server())) : "");
    }
    cells.addAll(List.of("", "", "", "1", "1"));
    return cells;
  }

  private static List<String> head(String name, long files, double wall, double processor) {
    return List.of(
        name,
        String.format(Locale.ROOT, "%,d", files),
        Table.number(wall),
        Table.number(files / wall),
        Table.number(processor),
        Table.number(processor * 1e3 / files));
  }

  /** What is counted, by file. */
  void perFile(List<Cost> costs) {
    Table table =
        new Table(
            "a file",
            "SQL statements",
            "transactions",
            "WAL KB",
            "messages",
            "staging objects",
            "staging KB");
    for (Cost cost : costs) {
      Reading.Counts counts = cost.used().counts();
      table.add(
          cost.wave(),
          perFile((double) counts.statements(), cost),
          perFile((double) counts.transactions(), cost),
          perFile(counts.wal() / 1e3, cost),
          perFile(counts.messages(), cost),
          perFile((double) counts.objects(), cost),
          perFile(counts.staged() / 1e3, cost));
    }
    table.print(out);
  }

  private static String perFile(double count, Cost cost) {
    return Table.number(count / cost.files());
  }

  private static String perFile(OptionalLong count, Cost cost) {
    return count.isPresent() ? perFile((double) count.getAsLong(), cost) : "not counted";
  }

  private static double seconds(Duration time) {
    return Math.max(1, time.toMillis()) / 1e3;
  }
}
