package io.sluice.core.catalog;

import io.sluice.core.feed.FeedTarget.Grants;
import io.sluice.core.sql.SqlNames;
import io.sluice.core.sql.Transactions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Integer ids for element, object and counter names: text keys would take four times the index
 * (D8). Ids are never reused or changed. Safe for several threads.
 */
public final class Dimensions {

  /** What is numbered. */
  public enum Kind {
    ELEMENT("dim_element"),
    OBJECT("dim_object"),
    COUNTER("dim_counter");

    private final String table;

    Kind(String table) {
      this.table = table;
    }

    public String table() {
      return table;
    }
  }

  private record Key(String schema, Kind kind, UUID name) {}

  private static final int CACHED = 100_000;
  private static final long LOCK = 0x736c_7569_6365_03L; // any constant: "sluice", dimensions

  private final Transactions transactions;
  private final Set<String> schemas = ConcurrentHashMap.newKeySet();
  private final Map<Key, Integer> cache =
      new LinkedHashMap<>(1024, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Integer> eldest) {
          return size() > CACHED;
        }
      };
  private long epoch = -1;

  public Dimensions(Transactions transactions) {
    this.transactions = transactions;
  }

  /** Forgets everything when the ledger has been recovered since (HandleClaim.epoch()). */
  public void atEpoch(long current) {
    synchronized (cache) {
      if (current != epoch) {
        cache.clear();
        schemas.clear();
        epoch = current;
      }
    }
  }

  /**
   * The ids of these names, new ones assigned and committed.
   *
   * @param schema of the target, made with its dimension tables where missing
   */
  public Map<String, Integer> ids(
      String schema, Kind kind, Collection<String> names, Grants grants) {
    Map<String, Integer> ids = new HashMap<>();
    TreeMap<UUID, String> unknown = new TreeMap<>();
    synchronized (cache) {
      for (String name : names) {
        UUID key = key(name);
        Integer id = cache.get(new Key(schema, kind, key));
        if (id == null) {
          unknown.put(key, name);
        } else {
          ids.put(name, id);
        }
      }
    }
    if (!unknown.isEmpty()) {
      ids.putAll(lookUp(schema, kind, unknown, grants));
    }
    return ids;
  }

  /** Makes the schema and its dimension tables where they are missing. */
  public void ensureTables(String schema, Grants grants) {
    if (!schemas.contains(schema)) {
      transactions.durable(c -> createTables(c, schema, grants));
      schemas.add(schema);
    }
  }

  private Map<String, Integer> lookUp(
      String schema, Kind kind, SortedMap<UUID, String> names, Grants grants) {
    ensureTables(schema, grants);
    Map<String, Integer> ids = transactions.durable(c -> assign(c, schema, kind, names));
    synchronized (cache) {
      names.forEach((key, name) -> cache.put(new Key(schema, kind, key), ids.get(name)));
    }
    return ids;
  }

  private static Void createTables(Connection connection, String schema, Grants grants)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("select pg_advisory_xact_lock(" + LOCK + ")");
      if (!SchemaDdl.tableExists(connection, schema, Kind.COUNTER.table)) {
        SchemaDdl.createSchema(connection, schema, grants);
        for (Kind kind : Kind.values()) {
          String table = SqlNames.qualified(schema, kind.table);
          statement.execute(
              "create table if not exists "
                  + table
                  + " (id int generated always as identity primary key, key uuid not null unique, name text not null)");
          SchemaDdl.grant(connection, schema, kind.table, grants);
        }
      }
    }
    return null;
  }

  /**
   * Select, insert what is missing in key order, select again: no sequence is burnt on what is
   * known.
   */
  private static Map<String, Integer> assign(
      Connection connection, String schema, Kind kind, SortedMap<UUID, String> names)
      throws SQLException {
    String table = SqlNames.qualified(schema, kind.table);
    Map<String, Integer> ids = select(connection, table, names);
    if (ids.size() < names.size()) {
      List<Map.Entry<UUID, String>> missing =
          names.entrySet().stream().filter(e -> !ids.containsKey(e.getValue())).toList();
      String sql =
          "insert into "
              + table
              + " (key, name) select * from unnest(?::uuid[], ?::text[]) on conflict (key) do nothing";
      try (PreparedStatement insert = connection.prepareStatement(sql)) {
        insert.setArray(
            1, connection.createArrayOf("uuid", missing.stream().map(Map.Entry::getKey).toArray()));
        insert.setArray(
            2,
            connection.createArrayOf("text", missing.stream().map(Map.Entry::getValue).toArray()));
        insert.executeUpdate();
      }
      ids.putAll(select(connection, table, names));
    }
    return ids;
  }

  private static Map<String, Integer> select(
      Connection connection, String table, SortedMap<UUID, String> names) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement("select id, key from " + table + " where key = any (?)")) {
      query.setArray(1, connection.createArrayOf("uuid", names.keySet().toArray()));
      try (ResultSet rows = query.executeQuery()) {
        Map<String, Integer> ids = new HashMap<>();
        while (rows.next()) {
          ids.put(names.get(rows.getObject(2, UUID.class)), rows.getInt(1));
        }
        return ids;
      }
    }
  }

  private static UUID key(String name) {
    try {
      ByteBuffer hash =
          ByteBuffer.wrap(
              MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8)));
      return new UUID(hash.getLong(), hash.getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
