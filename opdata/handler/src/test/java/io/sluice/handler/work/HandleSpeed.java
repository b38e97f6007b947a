package io.sluice.handler.work;

import com.sun.management.OperatingSystemMXBean;
import io.sluice.core.feed.Feed;
import io.sluice.core.message.WorkMessage;
import io.sluice.handler.work.HandleFixture.Given;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/**
 * Handles small files in batches and prints how many a second and what each costs, round after
 * round; the database is another process, whose work is not in the CPU time. Arguments: files a
 * round, files a batch, rounds.
 */
final class HandleSpeed {

  private static final int ELEMENTS = 1_000;

  private HandleSpeed() {}

  public static void main(String[] args) throws IOException {
    int files = args.length > 0 ? Integer.parseInt(args[0]) : 2_000;
    int batch = args.length > 1 ? Integer.parseInt(args[1]) : 100;
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 3;
    try (HandleFixture fixture = new HandleFixture(Files.createTempDirectory("speed"))) {
      Feed feed = fixture.pmFeed("{}", "mode: append, partition: {by: day, ahead: 3d}");
      for (int round = 0; round < rounds; round++) {
        round(fixture, feed, round, files, batch);
      }
    }
  }

  private static void round(HandleFixture fixture, Feed feed, int round, int files, int batch)
      throws IOException {
    List<WorkMessage> messages = new ArrayList<>();
    for (int from = 0; from < files; from += batch) {
      List<Given> given = new ArrayList<>();
      for (int i = from; i < from + batch; i++) {
        given.add(new Given("/in/" + round + "/" + i + ".xml", file(i % ELEMENTS)));
      }
      messages.add(fixture.cut(feed, fixture.stage(feed, given)));
    }
    long started = System.nanoTime();
    long cpu = cpu();
    messages.forEach(message -> fixture.protocol.work(message, false));
    double seconds = (System.nanoTime() - started) / 1e9;
    double millis = (cpu() - cpu) / 1e6;
    System.out.printf(
        "round %d: %d files in batches of %d: %.0f files/s, %.2f ms CPU a file%n",
        round, files, batch, files / seconds, millis / files);
  }

  /** One group of five rows of twenty counters: about 5 KB. */
  private static String file(int element) {
    StringBuilder body = new StringBuilder();
    for (int p = 1; p <= 20; p++) {
      body.append("<measType p=\"")
          .append(p)
          .append("\">pmCounter")
          .append(p)
          .append("</measType>");
    }
    for (int row = 1; row <= 5; row++) {
      body.append("<measValue measObjLdn=\"ManagedElement=gNB").append(element);
      body.append(",GNBDUFunction=1,NRCellDU=").append(row).append("\">");
      for (int p = 1; p <= 20; p++) {
        body.append("<r p=\"").append(p).append("\">").append(row * p * 17).append("</r>");
      }
      body.append("</measValue>");
    }
    return PmHandlingTest.file("2026-03-10T09:45:00Z", body.toString())
        .replace("gNB1\"", "gNB" + element + "\"");
  }

  private static long cpu() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }
}
