package io.sluice.getter.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.getter.source.Source.Purpose;
import org.junit.jupiter.api.Test;

class ConnectionQueueTest {

  private final ConnectionQueue queue = new ConnectionQueue();

  @Test
  void servesEachPurposeInTurn_howeverManyOfOneWait() {
    for (int i = 0; i < 5; i++) {
      queue.enter(Purpose.FETCH, "fetch " + i);
    }
    serve(Purpose.FETCH, "fetch 0");
    queue.enter(Purpose.SCAN, "scan");
    queue.enter(Purpose.SETTLE, "settle");
    serve(Purpose.SCAN, "scan");
    queue.enter(Purpose.SCAN, "scan again");
    serve(Purpose.SETTLE, "settle");
    serve(Purpose.FETCH, "fetch 1");
    serve(Purpose.SCAN, "scan again");
    serve(Purpose.FETCH, "fetch 2");
  }

  @Test
  void letsTheNextOneIn_whenTheFirstGivesUp() {
    queue.enter(Purpose.FETCH, "first");
    queue.enter(Purpose.FETCH, "second");
    assertThat(queue.isNext("second")).isFalse();
    queue.leave(Purpose.FETCH, "first");
    serve(Purpose.FETCH, "second");
    assertThat(queue.isEmpty()).isTrue();
  }

  private void serve(Purpose purpose, String waiter) {
    assertThat(queue.isNext(waiter)).as(waiter).isTrue();
    queue.served(purpose);
    queue.leave(purpose, waiter);
  }
}
