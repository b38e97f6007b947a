package io.sluice.core.chunk;

import java.util.Arrays;
import java.util.HashMap;
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
  BOOL(16, 1, "boolean|bool"),
  BYTEA(17, 32, "bytea"),
  INT2(21, 2, "smallint|int2"),
  INT4(23, 4, "integer|int|int4"),
  INT8(20, 8, "bigint|int8"),
  FLOAT4(700, 4, "real|float4"),
  FLOAT8(701, 8, "double precision|float8|double"),
  NUMERIC(1700, 16, "numeric|decimal"),
  TEXT(25, 24, "text|varchar|character varying"),
  DATE(1082, 4, "date"),
  TIME(1083, 8, "time|time without time zone"),
  TIMESTAMP(1114, 8, "timestamp|timestamp without time zone"),
  TIMESTAMPTZ(1184, 8, "timestamptz|timestamp with time zone"),
  INTERVAL(1186, 16, "interval"),
  UUID(2950, 16, "uuid"),
  JSONB(3802, 64, "jsonb"),
  FLOAT8_ARRAY(1022, 120, "double precision[]|float8[]"),
  NUMERIC_ARRAY(1231, 160, "numeric[]"),
  TEXT_ARRAY(1009, 120, "text[]");

  private static final Map<Integer, PgType> BY_OID =
      Arrays.stream(values()).collect(Collectors.toMap(PgType::oid, Function.identity()));
  private static final Map<String, PgType> BY_NAME = names();

  private final int oid;
  private final int rowBytes;
  private final String names;

  /** The first of the names is the one for DDL, the others are usual aliases. */
  PgType(int oid, int rowBytes, String names) {
    this.oid = oid;
    this.rowBytes = rowBytes;
    this.names = names;
  }

  private static Map<String, PgType> names() {
    Map<String, PgType> names = new HashMap<>();
    for (PgType type : values()) {
      for (String name : type.names.split("\\|", -1)) {
        names.put(name, type);
      }
    }
    return Map.copyOf(names);
  }

  public int oid() {
    return oid;
  }

  /** As written in DDL. */
  public String sql() {
    return names.split("\\|", -1)[0];
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
