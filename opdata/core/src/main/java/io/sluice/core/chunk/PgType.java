package io.sluice.core.chunk;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The column types Sluice writes, with their OIDs (PostgreSQL, src/include/catalog/pg_type.dat):
 * stable across versions, and what binary COPY depends on.
 */
public enum PgType {
  BOOL(16, "boolean", 1),
  BYTEA(17, "bytea", 32),
  INT2(21, "smallint", 2),
  INT4(23, "integer", 4),
  INT8(20, "bigint", 8),
  FLOAT4(700, "real", 4),
  FLOAT8(701, "double precision", 8),
  NUMERIC(1700, "numeric", 16),
  TEXT(25, "text", 24),
  DATE(1082, "date", 4),
  TIME(1083, "time", 8),
  TIMESTAMP(1114, "timestamp", 8),
  TIMESTAMPTZ(1184, "timestamptz", 8),
  INTERVAL(1186, "interval", 16),
  UUID(2950, "uuid", 16),
  JSONB(3802, "jsonb", 64),
  FLOAT8_ARRAY(1022, "double precision[]", 120),
  NUMERIC_ARRAY(1231, "numeric[]", 160),
  TEXT_ARRAY(1009, "text[]", 120);

  private static final Map<Integer, PgType> BY_OID =
      Arrays.stream(values()).collect(Collectors.toMap(PgType::oid, Function.identity()));
  private static final Map<String, PgType> BY_NAME = names();

  private final int oid;
  private final String sql;
  private final int rowBytes;

  PgType(int oid, String sql, int rowBytes) {
    this.oid = oid;
    this.sql = sql;
    this.rowBytes = rowBytes;
  }

  private static Map<String, PgType> names() {
    Map<String, PgType> names =
        Arrays.stream(values()).collect(Collectors.toMap(PgType::sql, Function.identity()));
    names.put("bool", BOOL);
    names.put("int2", INT2);
    names.put("int", INT4);
    names.put("int4", INT4);
    names.put("int8", INT8);
    names.put("float4", FLOAT4);
    names.put("float8", FLOAT8);
    names.put("double", FLOAT8);
    names.put("decimal", NUMERIC);
    names.put("varchar", TEXT);
    names.put("character varying", TEXT);
    names.put("time without time zone", TIME);
    names.put("timestamp without time zone", TIMESTAMP);
    names.put("timestamp with time zone", TIMESTAMPTZ);
    names.put("float8[]", FLOAT8_ARRAY);
    return Map.copyOf(names);
  }

  public int oid() {
    return oid;
  }

  /** As written in DDL. */
  public String sql() {
    return sql;
  }

  /** Estimated bytes in a row, alignment included, for cutting wide tables (D8). */
  public int rowBytes() {
    return rowBytes;
  }

  public static Optional<PgType> ofOid(int oid) {
    return Optional.ofNullable(BY_OID.get(oid));
  }

  /** By the SQL name or a usual alias of it, any case. */
  public static Optional<PgType> ofSql(String name) {
    return Optional.ofNullable(BY_NAME.get(name.strip().toLowerCase(Locale.ROOT)));
  }
}
