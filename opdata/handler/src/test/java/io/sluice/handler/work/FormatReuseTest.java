package io.sluice.handler.work;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sluice.core.catalog.BatchIds;
import io.sluice.core.catalog.Catalog;
import io.sluice.core.catalog.Dimensions;
import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.Feed;
import io.sluice.core.work.Claim;
import io.sluice.core.work.StageProtocol;
import io.sluice.core.work.StageTask;
import io.sluice.handler.encode.BatchContext;
import io.sluice.handler.encode.Buffers;
import io.sluice.handler.encode.ChunkOutput;
import io.sluice.handler.encode.FileContext;
import io.sluice.handler.encode.FileCounts;
import io.sluice.handler.encode.Window;
import io.sluice.handler.format.Format;
import io.sluice.handler.format.Formats;
import io.sluice.handler.reject.RejectLog;
import io.sluice.handler.work.HandleFixture.Given;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One format reads many files. */
class FormatReuseTest {

  private static final long SMALL = 200_000;

  @TempDir Path temp;
  private HandleFixture fixture;
  private Catalog catalog;
  private Dimensions dimensions;

  @BeforeEach
  void start() throws IOException {
    fixture = new HandleFixture(temp);
    catalog = new Catalog(fixture.transactions);
    dimensions = new Dimensions(fixture.transactions);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  /** Reads one file and says how many bytes that allocated. */
  private long read(Format format, Feed feed, String path, byte[] content) throws IOException {
    List<Long> ids = fixture.stage(feed, List.of(new Given(path, content)));
    AtomicLong allocated = new AtomicLong();
    StageTask reading =
        claim -> {
          allocated.set(read(format, feed, claim, content));
          return new StageTask.Result(Map.of(), List.of());
        };
    try (StageProtocol protocol = fixture.protocol(reading)) {
      protocol.work(fixture.cut(feed, ids), false);
    }
    return allocated.get();
  }

  private long read(Format format, Feed feed, Claim claim, byte[] content) {
    BatchIds ids = dimensions.batch(feed.target().grants());
    ChunkOutput output =
        new ChunkOutput(fixture.staging, feed, claim, 8 << 20, ids, new Buffers(8 << 20));
    Window window = new Window(feed.target().partition(), feed.zone(), HandleFixture.NOW);
    BatchContext batch = new BatchContext(feed, catalog, ids, output, window);
    RejectLog rejects = new RejectLog();
    output.begin(claim.files().get(0));
    FileContext context = new FileContext(batch, claim.files().get(0), rejects);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    FileCounts counts = format.read(new ByteArrayInputStream(content), context);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(counts.read()).isEqualTo(output.units() + counts.collapsed() + rejects.cells());
    assertThat(counts.read()).isPositive();
    return allocated;
  }

  private static byte[] pm(int rows) throws IOException {
    StringBuilder body = new StringBuilder();
    for (int p = 1; p <= 20; p++) {
      body.append("<measType p='").append(p).append("'>pm").append(p).append("</measType>");
    }
    for (int row = 0; row < rows; row++) {
      body.append("<measValue measObjLdn='Cell=").append(row).append("'>");
      for (int p = 1; p <= 20; p++) {
        body.append("<r p='").append(p).append("'>").append(row * p).append("</r>");
      }
      body.append("</measValue>");
    }
    return HandleFixture.gzip(PmHandlingTest.file("2026-03-10T09:45:00Z", body.toString()));
  }

  @Test
  void allocatesLittle_whenItReadsItsSecondSmallMeasurementFile() throws IOException {
    Feed feed = fixture.pmFeed("{}", "mode: append, partition: {by: day, ahead: 3d}");
    List<Long> allocated = new ArrayList<>();
    try (Format format = Formats.of(feed, temp, 64 << 20)) {
      for (int i = 0; i < 3; i++) {
        allocated.add(read(format, feed, "/in/" + i + ".xml.gz", pm(10)));
      }
    }
    System.out.println("bytes allocated by each measurement file: " + allocated);
    assertThat(allocated.get(1)).isLessThan(SMALL);
    assertThat(allocated.get(2)).isLessThan(SMALL);
  }

  @Test
  void allocatesLittle_whenItReadsItsSecondSmallCsvFile() throws IOException {
    Feed feed =
        fixture.feed(
            """
            feed: sales
            source: {directory: {path: "/in/*.csv"}}
            format: {csv: {columns: {k: integer, v: text}}}
            target: {table: csv.sales, key: [k], mode: merge, partition: {by: none}}
            """);
    StringBuilder text = new StringBuilder("k;v\n");
    for (int i = 0; i < 200; i++) {
      text.append(i).append(";value of ").append(i).append('\n');
    }
    byte[] content = HandleFixture.gzip(text.toString());
    List<Long> allocated = new ArrayList<>();
    try (Format format = Formats.of(feed, temp, 64 << 20)) {
      for (int i = 0; i < 3; i++) {
        allocated.add(read(format, feed, "/in/" + i + ".csv", content));
      }
    }
    System.out.println("bytes allocated by each CSV file: " + allocated);
    assertThat(allocated.get(1)).isLessThan(SMALL);
    assertThat(allocated.get(2)).isLessThan(SMALL);
  }

  @Test
  void leavesNothingBehind_whenAFileFails() throws IOException {
    Feed feed = fixture.pmFeed("{onTruncated: reject}", "mode: append, partition: {by: day}");
    byte[] whole = pm(10);
    try (Format format = Formats.of(feed, temp, 64 << 20)) {
      Assertions.assertThatThrownBy(
              () -> read(format, feed, "/in/cut.xml.gz", Arrays.copyOf(whole, whole.length - 9)))
          .isInstanceOf(RejectFile.class);
      Assertions.assertThatThrownBy(
              () -> read(format, feed, "/in/x.xml", "x".getBytes(StandardCharsets.UTF_8)))
          .isInstanceOf(RejectFile.class);
      read(format, feed, "/in/whole.xml.gz", whole);
    }
  }
}
