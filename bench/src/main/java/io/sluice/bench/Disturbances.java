package io.sluice.bench;

import io.sluice.core.message.Stage;
import io.sluice.embedded.EmbeddedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** All that is done to the system while it works, in order. */
final class Disturbances {
  private static final int ATTEMPTS = 3;
  private static final String SMALL_CHUNKS = "64KB";

  private final Surroundings surroundings;
  private final Fleet fleet;
  private final Feeder feeder;
  private final Programs programs;
  private final int files;

  Disturbances(
      Surroundings surroundings, Fleet fleet, Feeder feeder, Programs programs, int files) {
    this.surroundings = surroundings;
    this.fleet = fleet;
    this.feeder = feeder;
    this.programs = programs;
    this.files = files;
  }

  List<Disturbance> all() {
    List<Disturbance> all = new ArrayList<>();
    for (String service : Fleet.SERVICES) {
      all.add(kill(service + "-1"));
    }
    all.add(new Disturbance("purge every queue", this::purge));
    all.add(new Disturbance("restart the broker", () -> surroundings.rabbit().restart()));
    all.add(new Disturbance("correct " + files + " files", () -> feeder.correct(files)));
    all.add(kill("loader-2"));
    all.add(new Disturbance("restart PostgreSQL", () -> surroundings.postgres().restart()));
    all.add(new Disturbance("edit the feed, handlers with other chunks", this::changeHandlers));
    all.add(new Disturbance("replay " + files + " files", () -> programs.replay(files)));
    all.add(kill("handler-2"));
    all.add(new Disturbance("purge every queue again", this::purge));
    all.add(new Disturbance("kill PostgreSQL", this::crashPostgres));
    all.add(kill("getter-2"));
    return all;
  }

  private Disturbance kill(String process) {
    return new Disturbance("kill -9 " + process, () -> fleet.killAndStart(process));
  }

  private void purge() {
    for (Stage stage : Stage.values()) {
      purge(stage.queue(false));
      purge(stage.queue(true));
      purge(stage.deadQueue());
    }
  }

  /** A node that has just been busy may not answer at once. */
  private void purge(String queue) {
    for (int attempt = 1; ; attempt++) {
      try {
        surroundings.rabbit().purge(queue);
        return;
      } catch (EmbeddedException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private void crashPostgres() {
    surroundings.postgres().kill();
    surroundings.postgres().start();
  }

  private void changeHandlers() throws IOException, InterruptedException {
    programs.writeFeed("Edited while it ran");
    fleet.restartWith("handler", Map.of(Programs.CHUNK_SIZE, SMALL_CHUNKS));
  }
}
