package io.sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** Processor time, of user and system, as Linux counts it in {@code /proc/PID/stat}. */
final class ProcessorTime {
  /** USER_HZ, which is 100 wherever Linux runs. */
  private static final long MILLIS_A_TICK = 10;

  /** Of utime, after the command's closing parenthesis; stime, cutime and cstime follow. */
  private static final int FIRST = 12;

  private ProcessorTime() {}

  /**
   * What a process, all that live below it, and those of them that have ended took so far.
   *
   * @throws IOException if there is no such process, or no {@code /proc}
   */
  static Duration ofTree(long pid) throws IOException {
    ProcessHandle process =
        ProcessHandle.of(pid).orElseThrow(() -> new IOException("process " + pid + " has ended"));
    long ticks = ticks(pid);
    for (long child : descendants(process)) {
      ticks += ticksOfLiving(child);
    }
    return Duration.ofMillis(ticks * MILLIS_A_TICK);
  }

  /** What the ended children of this JVM took. */
  static Duration ofEndedChildren() throws IOException {
    String[] fields = fields(ProcessHandle.current().pid());
    long ticks = Long.parseLong(fields[FIRST + 2]) + Long.parseLong(fields[FIRST + 3]);
    return Duration.ofMillis(ticks * MILLIS_A_TICK);
  }

  private static long[] descendants(ProcessHandle process) {
    try (Stream<ProcessHandle> all = process.descendants()) {
      return all.mapToLong(ProcessHandle::pid).toArray();
    }
  }

  private static long ticksOfLiving(long pid) throws IOException {
    try {
      return ticks(pid);
    } catch (NoSuchFileException e) {
      return 0; // it ended meanwhile: its parent has counted it, or will
    }
  }

  private static long ticks(long pid) throws IOException {
    String[] fields = fields(pid);
    long ticks = 0;
    for (int i = FIRST; i < FIRST + 4; i++) {
      ticks += Long.parseLong(fields[i]);
    }
    return ticks;
  }

  private static String[] fields(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
    return stat.substring(stat.lastIndexOf(')')).split(" ", -1);
  }
}
