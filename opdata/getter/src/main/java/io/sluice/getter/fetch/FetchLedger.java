package io.sluice.getter.fetch;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.feed.FeedSource;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.PackWriter;
import io.sluice.core.work.Batches;
import io.sluice.core.work.Claim;
import io.sluice.core.work.DeadFile;
import io.sluice.core.work.FileCloser;
import io.sluice.core.work.StageTask;
import io.sluice.core.work.Work;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Writes down what a fetch brought, in one transaction, and what it learnt of hosts. */
final class FetchLedger {

  private static final int SEQUENCE_BATCH = 100;

  private final Transactions transactions;

  FetchLedger(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * Decides which of the fetched files are news, makes the pack visible with just those in its
   * index, and moves every file on.
   *
   * @param rules of the feed; empty when nothing was fetched
   * @param pack what was fetched was written to
   */
  StageTask.Result record(
      Claim claim, Optional<FeedSource> rules, Fetched fetched, Optional<PackWriter> pack) {
    return transactions.ledger(
        connection -> {
          Set<Long> mine = Batches.lock(connection, claim);
          if (pack.isPresent() && !fetched.staged.isEmpty()) {
            News news = News.of(connection, claim, rules.orElseThrow(), fetched, mine);
            commit(pack.get(), news);
            news.record(connection);
          }
          Work.leave(
              connection, fetched.leaving.stream().filter(l -> mine.contains(l.fileId())).toList());
          FileCloser.close(
              connection, fetched.endings.stream().filter(e -> mine.contains(e.fileId())).toList());
          DeadFile.close(
              connection,
              claim,
              fetched.dead.stream().filter(d -> mine.contains(d.file().id())).toList());
          Optional<WorkMessage> next = Batches.advance(connection, claim, Stage.HANDLE);
          return new StageTask.Result(fetched.outcomes, next.stream().toList(), fetched.dead);
        });
  }

  /** Before the ledger says where the bytes lie, they lie there. */
  private static void commit(PackWriter pack, News news) {
    try {
      news.index().forEach(pack::add);
      if (!pack.files().isEmpty()) {
        pack.commit();
      }
    } catch (IOException e) {
      throw new PauseStage("staging: " + e.getMessage(), e);
    }
  }

  /** Remembers that the host could not be used, so that the dispatcher spares it for a while. */
  void hostAway(String feed, String host, String problem) {
    String sql = "update sluice.scan set last_at = now(), error = ? where feed = ? and host = ?";
    transactions.ledger(connection -> Sql.update(connection, sql, problem, feed, host));
  }

  /** Numbers for ids of files. */
  List<Long> sequence() {
    return transactions.ledger(
        connection ->
            Sql.list(
                connection,
                "select nextval('sluice.file_seq') from generate_series(1, ?)",
                row -> row.getLong(1),
                SEQUENCE_BATCH));
  }
}
