package io.sluice.core.chunk;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Ids of a dimension table that rows of a chunk use, with the keys they stood for when the rows
 * were encoded: so that the load can tell when the table was truncated, dropped or restored since,
 * and an id now names something else.
 *
 * @param table name of the dimension table
 * @param keys by id
 */
public record UsedIds(String schema, String table, Map<Integer, UUID> keys) {

  private static final int LARGEST = 1 << 24;

  void writeTo(DataOutputStream out) throws IOException {
    out.writeUTF(schema);
    out.writeUTF(table);
    out.writeInt(keys.size());
    for (Map.Entry<Integer, UUID> entry : keys.entrySet()) {
      out.writeInt(entry.getKey());
      out.writeLong(entry.getValue().getMostSignificantBits());
      out.writeLong(entry.getValue().getLeastSignificantBits());
    }
  }

  static UsedIds readFrom(DataInputStream in) throws IOException {
    String schema = in.readUTF();
    String table = in.readUTF();
    int size = in.readInt();
    if (size < 0 || size > LARGEST) {
      throw new IOException("a chunk claims to use " + size + " ids of " + table);
    }
    Map<Integer, UUID> keys = new LinkedHashMap<>();
    for (int i = 0; i < size; i++) {
      keys.put(in.readInt(), new UUID(in.readLong(), in.readLong()));
    }
    return new UsedIds(schema, table, keys);
  }
}
