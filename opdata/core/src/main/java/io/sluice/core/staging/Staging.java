package io.sluice.core.staging;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Where bytes lie between the stages: packs of raw files as fetched, chunks as encoded.
 *
 * <p>Keys come from {@link StagingKeys}. An object appears whole or not at all, and writing a key
 * again replaces it. Two failures have names: {@link StagingObjectMissing}, after which the stage
 * before makes the object again, and {@link StagingFull}. Every other {@link IOException} means the
 * store is away; both of these pause the caller and lose nothing. All implementations are safe for
 * use by many threads.
 */
public interface Staging extends AutoCloseable {

  /** Key under which nothing but the health check writes. */
  String PROBE_KEY = "probe/health";

  /**
   * Starts an object, which appears at {@link StagingWriter#commit}. Whether there is room is asked
   * before work begins, by {@link #checkRoom}: what has begun is written to its end, or two workers
   * with half of their objects each would wait for each other's room.
   */
  StagingWriter create(String key) throws IOException;

  /**
   * Stores the whole stream under the key.
   *
   * @return the number of bytes stored
   */
  default long put(String key, InputStream in) throws IOException {
    try (StagingWriter writer = create(key)) {
      in.transferTo(writer);
      writer.commit();
      return writer.size();
    }
  }

  /**
   * Opens an object from its start.
   *
   * @throws StagingObjectMissing when there is none under the key
   */
  default InputStream open(String key) throws IOException {
    return open(key, 0);
  }

  /**
   * Opens an object at an offset in bytes, at most its size.
   *
   * @throws StagingObjectMissing when there is none under the key
   */
  InputStream open(String key, long offset) throws IOException;

  /**
   * Size of an object in bytes.
   *
   * @throws StagingObjectMissing when there is none under the key
   */
  long size(String key) throws IOException;

  /** Deletes objects; keys without an object are ignored. */
  void delete(Collection<String> keys) throws IOException;

  /**
   * Shows the objects under a prefix that ends at a {@code /} one by one, in no particular order.
   */
  void list(String prefix, Consumer<StagedObject> objects) throws IOException;

  /** The objects under a prefix that ends at a {@code /} and holds few, as an hour does. */
  default List<StagedObject> list(String prefix) throws IOException {
    List<StagedObject> objects = new ArrayList<>();
    list(prefix, objects::add);
    return objects;
  }

  /**
   * The names directly below a prefix that ends at a {@code /}, each itself ending at a {@code /}:
   * of {@code raw/} the feeds, of {@code raw/nr-pm/} the days. So that cleaning never lists all.
   */
  List<String> folders(String prefix) throws IOException;

  /**
   * Removes what writers that died left behind before the instant; nothing of it was ever visible.
   */
  void deleteAbandoned(Instant before) throws IOException;

  /** Use of the store, measured at most once a minute and carried on by what this process does. */
  StagingUse use() throws IOException;

  /**
   * Checks that there is room for more of a kind.
   *
   * @throws StagingFull naming the use, the limit and the remedy
   */
  default void checkRoom(StagingUse.Kind kind) throws IOException {
    use().checkRoom(kind);
  }

  /** Proves that the store can be read from, however full it is. */
  void checkReadable() throws IOException;

  /** Proves that the store can be written and read; for readiness. */
  default void probe() throws IOException {
    try (StagingWriter writer = create(PROBE_KEY)) {
      writer.write('.');
      writer.commit();
    }
    size(PROBE_KEY);
  }

  @Override
  void close();
}
