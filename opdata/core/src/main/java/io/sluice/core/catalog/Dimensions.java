package io.sluice.core.catalog;

import io.sluice.core.fate.SqlFates;
import io.sluice.core.feed.FeedTarget.Grants;
import io.sluice.core.sql.DatabaseException;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.core.sql.Transactions;
import io.sluice.core.work.Checksum;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.HashMap;
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

  /** Names of one dimension table that are remembered; beyond them it begins anew. */
  static final int CACHED = 4_000_000;

  private static final long LOCK = 0x736c_7569_6365_03L; // any constant: "sluice", dimensions

  /** The number of a name, and the key under which the table has it. */
  record Numbered(int id, UUID key) {}

  private record TableKey(String schema, Kind kind) {}

  private final Transactions transactions;
  private final Set<String> schemas = ConcurrentHashMap.newKeySet();
  private final Map<TableKey, IdTable> known = new HashMap<>();
  private long epoch = -1;

  public Dimensions(Transactions transactions) {
    this.transactions = transactions;
  }

  /** Forgets everything when the registries are another's since, see Claim.epoch(). */
  public synchronized void atEpoch(long current) {
    if (current != epoch) {
      // Batches that began before keep what they know to themselves.
      known.clear();
      schemas.clear();
      epoch = current;
    }
  }

  /** The ids of a batch that begins now. */
  public BatchIds batch(Grants grants) {
    return new BatchIds(this, grants);
  }

  /** To be locked while it is used. */
  synchronized IdTable known(String schema, Kind kind) {
    return known.computeIfAbsent(new TableKey(schema, kind), key -> new IdTable());
  }

  /**
   * The ids of these names, new ones assigned and committed durably.
   *
   * @param schema of the target, made with its dimension tables where missing
   */
  public Map<String, Integer> ids(
      String schema, Kind kind, Collection<String> names, Grants grants) {
    Map<String, Integer> ids = new HashMap<>();
    number(schema, kind, names, grants).forEach((name, number) -> ids.put(name, number.id()));
    return ids;
  }

  Map<String, Numbered> number(String schema, Kind kind, Collection<String> names, Grants grants) {
    SortedMap<UUID, String> byKey = new TreeMap<>();
    names.forEach(name -> byKey.put(key(name), name));
    ensureTables(schema, grants);
    try {
      return transactions.durable(c -> assign(c, schema, kind, byKey));
    } catch (DatabaseException e) {
      if (!SqlFates.isGone(e.sqlException())) {
        throw e;
      }
      schemas.remove(schema); // dropped since this process saw them
      ensureTables(schema, grants);
      return transactions.durable(c -> assign(c, schema, kind, byKey));
    }
  }

  /** Makes the schema and its dimension tables where they are missing. */
  public void ensureTables(String schema, Grants grants) {
    if (!schemas.contains(schema)) {
      transactions.durable(c -> createTables(c, schema, grants));
      schemas.add(schema);
    }
  }

  private static Void createTables(Connection connection, String schema, Grants grants)
      throws SQLException {
    if (SchemaDdl.tableExists(connection, schema, Kind.COUNTER.table)) {
      return null;
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("select pg_advisory_xact_lock(" + LOCK + ")");
      if (!SchemaDdl.tableExists(connection, schema, Kind.COUNTER.table)) {
        SchemaDdl.createSchema(connection, schema, grants);
        for (Kind kind : Kind.values()) {
          String table = SqlNames.qualified(schema, kind.table);
          statement.execute(
              "create table if not exists "
                  + table
                  + " (id int generated always as identity primary key, key uuid not null unique,"
                  + " name text not null)");
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
  private static Map<String, Numbered> assign(
      Connection connection, String schema, Kind kind, SortedMap<UUID, String> names)
      throws SQLException {
    String table = SqlNames.qualified(schema, kind.table);
    Map<String, Numbered> ids = select(connection, table, names);
    if (ids.size() < names.size()) {
      Map<UUID, String> missing = new TreeMap<>(names);
      ids.values().forEach(number -> missing.remove(number.key()));
      Sql.update(
          connection,
          "insert into "
              + table
              + " (key, name) select * from unnest(?::uuid[], ?::text[]) on conflict (key) do"
              + " nothing",
          Sql.array("uuid", missing.keySet(), key -> key),
          Sql.texts(missing.values()));
      ids.putAll(select(connection, table, missing));
    }
    return ids;
  }

  private static Map<String, Numbered> select(
      Connection connection, String table, Map<UUID, String> names) throws SQLException {
    List<Numbered> found =
        Sql.list(
            connection,
            "select id, key from " + table + " where key = any (?)",
            row -> new Numbered(row.getInt(1), row.getObject(2, UUID.class)),
            Sql.array("uuid", names.keySet(), key -> key));
    Map<String, Numbered> ids = new HashMap<>();
    found.forEach(number -> ids.put(names.get(number.key()), number));
    return ids;
  }

  private static UUID key(String name) {
    byte[] hash = Checksum.digest().digest(name.getBytes(StandardCharsets.UTF_8));
    ByteBuffer bits = ByteBuffer.wrap(hash);
    return new UUID(bits.getLong(), bits.getLong());
  }
}
