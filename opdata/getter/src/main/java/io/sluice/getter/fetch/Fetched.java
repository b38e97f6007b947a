package io.sluice.getter.fetch;

import io.sluice.core.message.Stage;
import io.sluice.core.work.BatchFile;
import io.sluice.core.work.Claim;
import io.sluice.core.work.DeadFile;
import io.sluice.core.work.FileCloser.End;
import io.sluice.core.work.FileCloser.Ending;
import io.sluice.core.work.Leaving;
import io.sluice.core.work.Outcome;
import io.sluice.core.work.WorkState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What became of the files of a batch so far; nothing of it is written down yet. */
final class Fetched {

  private static final Logger log = LoggerFactory.getLogger(Fetched.class);

  final List<Staged> staged = new ArrayList<>();
  final List<Member> members = new ArrayList<>();
  final List<Leaving> leaving = new ArrayList<>();
  final List<Ending> endings = new ArrayList<>();
  final List<DeadFile> dead = new ArrayList<>();
  final Map<Long, Outcome> outcomes = new HashMap<>();

  private final Claim claim;
  private final FetchSettings settings;

  Fetched(Claim claim, FetchSettings settings) {
    this.claim = claim;
    this.settings = settings;
  }

  void staged(Staged file) {
    staged.add(file);
    outcomes.put(file.file().id(), Outcome.DONE);
  }

  /** Its host is away, paused or slow: it waits, uncounted. */
  void postponed(BatchFile file, Duration pause, String reason) {
    leaving.add(Leaving.postponed(claim, file, pause, reason));
    outcomes.put(file.id(), Outcome.RETURNED);
  }

  /** It failed for its own sake: again later, or dead. */
  void failed(BatchFile file, String reason, Exception e) {
    String error = e.getMessage() == null ? e.toString() : e.getMessage();
    int attempts = claim.attempts(file);
    if (settings.attempts().isLast(attempts)) {
      dead.add(new DeadFile(file, reason, error));
      outcomes.put(file.id(), Outcome.failed(reason));
    } else {
      Duration pause = settings.attempts().pause(attempts);
      leaving.add(Leaving.retried(claim, file, pause, reason + ": " + error));
      outcomes.put(file.id(), Outcome.retried(reason));
    }
  }

  /** Another file brought its content: it is done with, once its source has been seen to. */
  void duplicate(BatchFile file, String reason) {
    if (file.settle()) {
      leaving.add(
          new Leaving(file.id(), Stage.SETTLE, WorkState.WAITING, 0, Duration.ZERO, reason));
    } else {
      endings.add(new Ending(file.id(), End.DUPLICATE, Stage.FETCH, reason, null));
    }
    outcomes.put(file.id(), Outcome.DUPLICATE);
  }

  /** No repetition helps. */
  void ended(BatchFile file, End end, String reason, String text, String position) {
    log.info("feed={} file={} {}: {}", claim.feed(), file.path(), reason, text);
    endings.add(new Ending(file.id(), end, Stage.FETCH, reason + ": " + text, position));
    outcomes.put(file.id(), Outcome.rejected(reason));
  }
}
