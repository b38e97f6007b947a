package io.sluice.bench.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a file says, and the bytes that say it. A row's value is null where the file leaves the
 * field blank; a field that the file does not have is not in the row.
 *
 * @param bytes as they are delivered, perhaps packed
 * @param readable false when no repetition can read it
 * @param rows in the file's order; those of an unreadable file are none
 * @param badRows rows that are rejected
 */
@SuppressWarnings("ArrayRecordComponent") // never compared as a whole
record Content(byte[] bytes, boolean readable, List<Row> rows, int badRows) {

  /** The field that an edited feed leaves out. */
  static final String EDITED = "c";

  /**
   * A row, or of a measurement what one block says of one object.
   *
   * @param key empty where rows have none
   */
  record Row(String table, String key, Map<String, String> fields) {}

  /** Where a cell belongs. */
  record RowKey(String table, String key) {}

  /** What the content comes to: rows by key, and how many units were read and collapsed. */
  record Reading(Map<RowKey, List<Map<String, String>>> rows, long read, long collapsed) {}

  /**
   * What a feed makes of it.
   *
   * @param narrow whether the feed leaves out {@link #EDITED}
   */
  Reading read(ModelFeed feed, boolean narrow) {
    Map<RowKey, List<Map<String, String>>> byKey = new LinkedHashMap<>();
    long read = 0;
    long collapsed = 0;
    for (Row row : rows) {
      Map<String, String> fields = new LinkedHashMap<>(row.fields());
      if (narrow) {
        fields.remove(EDITED);
      }
      for (Map.Entry<RowKey, Map<String, String>> part : parts(feed, row, fields).entrySet()) {
        List<Map<String, String>> same =
            byKey.computeIfAbsent(part.getKey(), key -> new ArrayList<>());
        boolean keyed = feed.merges() || !feed.kind().isCsv();
        read += feed.kind().isCsv() ? 1 : part.getValue().size();
        if (!keyed || same.isEmpty()) {
          same.add(new LinkedHashMap<>(part.getValue()));
        } else if (feed.kind().isCsv()) {
          same.set(0, part.getValue());
          collapsed++;
        } else {
          for (Map.Entry<String, String> cell : part.getValue().entrySet()) {
            collapsed += same.get(0).containsKey(cell.getKey()) ? 1 : 0;
            same.get(0).put(cell.getKey(), cell.getValue());
          }
        }
      }
    }
    return new Reading(byKey, read + badRows, collapsed);
  }

  /** A tall table has a row for each field. */
  private static Map<RowKey, Map<String, String>> parts(
      ModelFeed feed, Row row, Map<String, String> fields) {
    Map<RowKey, Map<String, String>> parts = new LinkedHashMap<>();
    if (!feed.kind().isTall()) {
      parts.put(new RowKey(row.table(), row.key()), fields);
      return parts;
    }
    for (Map.Entry<String, String> field : fields.entrySet()) {
      Map<String, String> value = new LinkedHashMap<>();
      value.put("value", field.getValue());
      parts.put(new RowKey(row.table(), row.key() + "|" + field.getKey()), value);
    }
    return parts;
  }
}
