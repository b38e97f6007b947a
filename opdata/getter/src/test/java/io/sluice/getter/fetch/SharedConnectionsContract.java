package io.sluice.getter.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.work.StageProtocol;
import io.sluice.getter.GetterFixture;
import io.sluice.getter.dispatch.DispatchSettings;
import io.sluice.getter.dispatch.Dispatcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scan, fetch and settle at the same time over the few connections of one host. */
@Timeout(90)
abstract class SharedConnectionsContract {

  private static final int WORKERS = 4;
  private static final int FILES = 120;
  private static final DispatchSettings SMALL_BATCHES =
      new DispatchSettings(FILES, FILES, 10, 1_000_000, Duration.ZERO, FILES);

  @TempDir Path dir;
  private GetterFixture getter;
  private Path pm;

  /** The lines of a feed that say where the files in the directory lie and how to log in. */
  abstract String sftp(Path directory) throws IOException;

  @BeforeEach
  void open() throws IOException {
    getter = new GetterFixture(dir);
    pm = Files.createDirectories(dir.toRealPath().resolve("root/pm"));
  }

  @AfterEach
  void closeGetter() {
    getter.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void bringsAndDeletesEveryFile_withoutAWaitThatFails(int connections) throws Exception {
    feed(connections);
    for (int i = 0; i < FILES; i++) {
      Path file = Files.writeString(pm.resolve("A" + i + ".xml"), "<a>" + i + "</a>");
      GetterFixture.touch(file, getter.clock.instant().minusSeconds(60));
    }
    getter.scan();
    Dispatcher dispatcher = getter.dispatcher(SMALL_BATCHES);
    dispatcher.run();
    StageProtocol fetcher = getter.fetcher();
    inParallel(getter.queues.take(Stage.FETCH), message -> fetcher.work(message, false));
    assertThat(getter.text("select count(*) from sluice.work where stage = 'handle'"))
        .isEqualTo(String.valueOf(FILES));
    getter.loadAll();
    dispatcher.run();
    StageProtocol settler = getter.settler();
    inParallel(getter.queues.take(Stage.SETTLE), message -> settler.work(message, false));
    assertThat(pm).isEmptyDirectory();
    assertThat(getter.column("select distinct state from sluice.file")).containsExactly("settled");
    assertThat(getter.count("sluice.stage.returned")).isZero();
  }

  /** Works through the messages while scan follows scan; none may fail. */
  private void inParallel(List<WorkMessage> messages, Consumer<WorkMessage> work) throws Exception {
    Queue<WorkMessage> left = new ConcurrentLinkedQueue<>(messages);
    ExecutorService threads = Executors.newFixedThreadPool(WORKERS);
    try {
      List<Future<?>> workers = new ArrayList<>();
      for (int i = 0; i < WORKERS; i++) {
        workers.add(threads.submit(() -> drain(left, work)));
      }
      while (!workers.stream().allMatch(Future::isDone)) {
        assertThat(getter.scan()).isPresent();
        assertThat(getter.text("select error from sluice.scan")).isNull();
      }
      for (Future<?> worker : workers) {
        worker.get(1, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static void drain(Queue<WorkMessage> left, Consumer<WorkMessage> work) {
    for (WorkMessage message = left.poll(); message != null; message = left.poll()) {
      work.accept(message);
    }
  }

  private void feed(int connections) throws IOException {
    getter.yaml(
        """
        feed: pm
        source:
          sftp:
        %s
            limits: {connections: %d}
          since: 7d
          after: delete
        format: {3gpp-pm: {}}
        target: {table: "pm.{measInfoId}"}
        """
            .formatted(sftp(pm).indent(4).stripTrailing(), connections));
  }
}
