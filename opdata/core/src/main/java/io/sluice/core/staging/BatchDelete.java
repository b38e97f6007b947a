package io.sluice.core.staging;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/** Deletes a whole prefix, a batch of keys at a time, so that memory stays bounded. */
final class BatchDelete {

  /** S3 deletes at most this many keys in one request (DeleteObjects). */
  static final int BATCH = 1000;

  private BatchDelete() {}

  static Deleted under(Staging staging, String prefix) throws IOException {
    Deleted total = Deleted.NOTHING;
    try (Stream<StagedObject> objects = staging.list(prefix)) {
      Iterator<StagedObject> all = objects.iterator();
      while (all.hasNext()) {
        total = total.plus(deleteNext(staging, all));
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return total;
  }

  private static Deleted deleteNext(Staging staging, Iterator<StagedObject> all)
      throws IOException {
    List<String> keys = new ArrayList<>(BATCH);
    long bytes = 0;
    while (all.hasNext() && keys.size() < BATCH) {
      StagedObject object = all.next();
      keys.add(object.key());
      bytes += object.size();
    }
    staging.delete(keys);
    return new Deleted(keys.size(), bytes);
  }
}
