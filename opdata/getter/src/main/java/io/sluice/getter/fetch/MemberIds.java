package io.sluice.getter.fetch;

import io.sluice.core.ids.FileIds;
import io.sluice.core.work.BatchFile;
import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.Deque;

/** Ids for the members of one archive, of the archive's day, taken from the ledger in batches. */
final class MemberIds {

  private final FetchLedger ledger;
  private final LocalDate day;
  private final Deque<Long> sequence = new ArrayDeque<>();

  MemberIds(FetchLedger ledger, BatchFile archive) {
    this.ledger = ledger;
    this.day = FileIds.dayOf(archive.id());
  }

  long next() {
    if (sequence.isEmpty()) {
      sequence.addAll(ledger.sequence());
    }
    return FileIds.id(day, sequence.remove());
  }
}
