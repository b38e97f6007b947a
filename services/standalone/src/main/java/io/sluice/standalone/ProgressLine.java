package io.sluice.standalone;

import java.io.PrintStream;
import java.time.Duration;

/** One line that changes on a terminal; elsewhere a new line from time to time. */
final class ProgressLine {
  private final PrintStream out;
  private final boolean terminal;
  private final Duration every;
  private long last;
  private boolean shown;

  ProgressLine(PrintStream out, boolean terminal, Duration every) {
    this.out = out;
    this.terminal = terminal;
    this.every = every;
  }

  void show(String text) {
    if (terminal) {
      out.print("\r\u001b[K" + text);
      out.flush();
    } else if (!shown || System.nanoTime() - last >= every.toNanos()) {
      out.println(text);
      last = System.nanoTime();
    }
    shown = true;
  }

  void end() {
    if (terminal && shown) {
      out.println();
    }
  }
}
