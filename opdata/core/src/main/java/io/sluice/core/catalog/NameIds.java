package io.sluice.core.catalog;

import io.sluice.core.catalog.Dimensions.Kind;
import io.sluice.core.chunk.UsedIds;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** Ids of one dimension table that a batch uses, see {@link BatchIds}. */
public final class NameIds {

  private final String schema;
  private final Kind kind;
  private final IdTable shared;
  private final BatchIds batch;
  private final IdTable used = new IdTable();
  private final NameHash hash = new NameHash();

  NameIds(String schema, Kind kind, IdTable shared, BatchIds batch) {
    this.schema = schema;
    this.kind = kind;
    this.shared = shared;
    this.batch = batch;
  }

  /**
   * Id of a name given in UTF-8, or a negative stand-in for one that is not known yet; good until
   * {@link BatchIds#clear}.
   */
  public int id(byte[] name, int offset, int length) {
    int entry = used.find(hash.of(name, offset, length));
    return entry >= 0 ? used.id(entry) : use(name, offset, length);
  }

  private int use(byte[] name, int offset, int length) {
    int id;
    long keyHigh;
    long keyLow;
    synchronized (shared) {
      int entry = shared.find(hash);
      if (entry < 0) {
        String text = new String(name, offset, length, StandardCharsets.UTF_8);
        return standIn(text);
      }
      id = shared.id(entry);
      keyHigh = shared.keyHigh(entry);
      keyLow = shared.keyLow(entry);
    }
    used.add(hash, id, keyHigh, keyLow);
    return id;
  }

  private int standIn(String name) {
    int standIn = batch.pend(this, name, used.size());
    used.add(hash, standIn, 0, 0);
    return standIn;
  }

  String schema() {
    return schema;
  }

  Kind kind() {
    return kind;
  }

  /** A name that was pending has its number. */
  void resolve(int entry, int id, UUID key) {
    used.set(entry, id, key.getMostSignificantBits(), key.getLeastSignificantBits());
    used.hash(entry, hash);
    synchronized (shared) {
      if (shared.find(hash) < 0) {
        if (shared.size() >= Dimensions.CACHED) {
          shared.clear();
        }
        shared.add(hash, id, used.keyHigh(entry), used.keyLow(entry));
      }
    }
  }

  boolean isUsed() {
    return used.size() > 0;
  }

  UsedIds used() {
    Map<Integer, UUID> keys = new HashMap<>(used.size() * 2);
    for (int entry = 0; entry < used.size(); entry++) {
      keys.put(used.id(entry), used.key(entry));
    }
    return new UsedIds(schema, kind.table(), keys);
  }

  void clear() {
    used.clear();
  }
}
