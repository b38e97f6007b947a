package io.sluice.getter;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.message.WorkPublisher;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Queues in memory, which may be away. */
public final class RecordingPublisher implements WorkPublisher {

  public final List<WorkMessage> messages = new ArrayList<>();
  public final List<String> dead = new ArrayList<>();
  public boolean away;
  public boolean failPublish;

  @Override
  public synchronized void publish(Collection<WorkMessage> published) {
    check();
    if (failPublish) {
      throw new PauseStage("broker did not confirm");
    }
    messages.addAll(published);
  }

  @Override
  public synchronized void publishDead(WorkMessage message, Failure failure) {
    check();
    dead.add(failure.fileId() + " " + failure.reason());
  }

  @Override
  public synchronized long depth(String queue) {
    check();
    return messages.stream().filter(m -> m.queue().equals(queue)).count();
  }

  /** Takes all messages of a stage, live before bulk. */
  public synchronized List<WorkMessage> take(Stage stage) {
    List<WorkMessage> taken = new ArrayList<>();
    for (boolean bulk : new boolean[] {false, true}) {
      messages.stream().filter(m -> m.stage() == stage && m.bulk() == bulk).forEach(taken::add);
    }
    messages.removeIf(m -> m.stage() == stage);
    return taken;
  }

  private void check() {
    if (away) {
      throw new PauseStage("broker is away");
    }
  }
}
