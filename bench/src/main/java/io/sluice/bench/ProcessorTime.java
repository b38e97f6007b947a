package io.sluice.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Processor time, of user and system, as Linux counts it in {@code /proc/PID/stat}. */
final class ProcessorTime {
  /** USER_HZ, which is 100 wherever Linux runs. */
  private static final long MILLIS_A_TICK = 10;

  /** Of utime, after the command's closing parenthesis; stime, cutime and cstime follow. */
  private static final int FIRST = 12;

  private static final Pattern JIT = Pattern.compile("C[12] Compiler.*");

  /** The serial collector, which all services have, works in the JVM's own thread. */
  private static final Pattern GARBAGE = Pattern.compile("VM Thread|(GC Thread|G1 ).*");

  private static final Pattern BROKER =
      Pattern.compile("(virtualhost|VirtualHost|Selector|Broker)-?.*");

  private ProcessorTime() {}

  /**
   * What threads of one program took, as far as they live; those of a JVM do.
   *
   * @param jit compilers
   * @param garbage collectors
   * @param broker the embedded one
   */
  record Threads(Duration jit, Duration garbage, Duration broker) {

    Threads plus(Threads more) {
      return new Threads(jit.plus(more.jit), garbage.plus(more.garbage), broker.plus(more.broker));
    }

    Threads minus(Threads less) {
      return new Threads(
          jit.minus(less.jit), garbage.minus(less.garbage), broker.minus(less.broker));
    }
  }

  /** What some of the threads of a process took so far, by their names. */
  static Threads ofThreads(long pid) throws IOException {
    return new Threads(ofThreads(pid, JIT), ofThreads(pid, GARBAGE), ofThreads(pid, BROKER));
  }

  private static Duration ofThreads(long pid, Pattern name) throws IOException {
    long ticks = 0;
    try (DirectoryStream<Path> threads =
        Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
      for (Path thread : threads) {
        ticks += ticksOfLiving(thread, name);
      }
    }
    return Duration.ofMillis(ticks * MILLIS_A_TICK);
  }

  private static long ticksOfLiving(Path thread, Pattern name) throws IOException {
    try {
      String stat = Files.readString(thread.resolve("stat"));
      String own = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
      String[] fields = fields(stat);
      return name.matcher(own).matches()
          ? Long.parseLong(fields[FIRST]) + Long.parseLong(fields[FIRST + 1])
          : 0;
    } catch (NoSuchFileException e) {
      return 0; // it has ended meanwhile
    }
  }

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
    return fields(Files.readString(Path.of("/proc", Long.toString(pid), "stat")));
  }

  private static String[] fields(String stat) {
    return stat.substring(stat.lastIndexOf(')')).split(" ", -1);
  }
}
