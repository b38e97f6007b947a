package io.sluice.core.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.EmbeddedDatabase;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** PostgreSQL reads back what CopyBuffer wrote. */
class CopyBufferTest {

  private static final EmbeddedDatabase.Database DATABASE =
      EmbeddedDatabase.shared().createDatabase();

  private static List<String> roundTrip(String type, List<Consumer<CopyBuffer>> fields)
      throws Exception {
    CopyBuffer buffer = new CopyBuffer(0);
    for (Consumer<CopyBuffer> field : fields) {
      buffer.row(1);
      field.accept(buffer);
    }
    try (Connection connection = DATABASE.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create temp table t (n int generated always as identity, v " + type + ")");
      connection
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn("copy t (v) from stdin (format binary)", file(buffer));
      List<String> values = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery("select v::text from t order by n")) {
        while (rows.next()) {
          values.add(rows.getString(1));
        }
      }
      return values;
    }
  }

  private static java.io.InputStream file(CopyBuffer buffer) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write("PGCOPY\n\377\r\n\0".getBytes(StandardCharsets.ISO_8859_1));
    out.writeInt(0);
    out.writeInt(0);
    buffer.writeTo(out);
    out.writeShort(-1);
    return new java.io.ByteArrayInputStream(bytes.toByteArray());
  }

  @Test
  void keepsNumerics_ofEveryScaleAndSize() throws Exception {
    List<String> values =
        List.of(
            "0",
            "0.00",
            "1",
            "-1",
            "10000",
            "9999",
            "0.0001",
            "0.00001",
            "123456789.987654321",
            "-0.5",
            "1" + "0".repeat(40),
            "99999999999999999999.9999",
            "1.10",
            "100000000",
            "0.000000000000000000012300");
    List<Consumer<CopyBuffer>> fields = new ArrayList<>();
    values.forEach(v -> fields.add(b -> b.putNumeric(new BigDecimal(v))));
    assertThat(roundTrip("numeric", fields)).isEqualTo(values);
  }

  @Test
  void writesPlainNumeric_whenScaleIsNegative() throws Exception {
    assertThat(roundTrip("numeric", List.of(b -> b.putNumeric(new BigDecimal("12E+5")))))
        .containsExactly("1200000");
  }

  @Test
  void keepsText_ofEveryPlane() throws Exception {
    String text = "aß中\uD83D\uDE00;'\"\\";
    char[] chars = text.toCharArray();
    assertThat(
            roundTrip(
                "text",
                List.of(
                    b -> b.putText(chars, 0, chars.length),
                    b -> b.putText(text),
                    b -> b.putText(chars, 1, 1),
                    b -> b.putText(new char[] {'x', '\uD83D'}, 0, 2),
                    CopyBuffer::putNull)))
        .containsExactly(text, text, "ß", "x?", null);
  }

  @Test
  void keepsTimesDatesAndIntervals() throws Exception {
    assertThat(
            roundTrip(
                "timestamp",
                List.of(b -> b.putTimestamp(0), b -> b.putTimestamp(1_650_309_300_123_456L))))
        .containsExactly("1970-01-01 00:00:00", "2022-04-18 19:15:00.123456");
    assertThat(roundTrip("date", List.of(b -> b.putDate(0), b -> b.putDate(20_000))))
        .containsExactly("1970-01-01", "2024-10-04");
    assertThat(
            roundTrip(
                "interval", List.of(b -> b.putInterval(14, 3, 41 * 3_600_000_000L + 5_000_000))))
        .containsExactly("1 year 2 mons 3 days 41:00:05");
  }

  @Test
  void keepsSmallTypes() throws Exception {
    assertThat(roundTrip("bool", List.of(b -> b.putBool(true), b -> b.putBool(false))))
        .containsExactly("true", "false");
    assertThat(roundTrip("smallint", List.of(b -> b.putShort(Short.MIN_VALUE))))
        .containsExactly("-32768");
    assertThat(roundTrip("integer", List.of(b -> b.putInt(Integer.MIN_VALUE))))
        .containsExactly("-2147483648");
    assertThat(roundTrip("bigint", List.of(b -> b.putLong(Long.MIN_VALUE))))
        .containsExactly("-9223372036854775808");
    assertThat(roundTrip("real", List.of(b -> b.putFloat(1.5f)))).containsExactly("1.5");
    assertThat(roundTrip("uuid", List.of(b -> b.putUuid(1, 2))))
        .containsExactly("00000000-0000-0001-0000-000000000002");
    assertThat(roundTrip("jsonb", List.of(b -> b.putJsonb("{\"a\": 1}"))))
        .containsExactly("{\"a\": 1}");
    assertThat(roundTrip("bytea", List.of(b -> b.putBytes(new byte[] {1, 2}, 0, 2))))
        .containsExactly("\\x0102");
  }

  @Test
  void keepsArrays_withNullsAndEmpty() throws Exception {
    assertThat(
            roundTrip(
                "double precision[]",
                List.of(
                    b -> {
                      int array = b.beginArray(PgType.FLOAT8, 3);
                      b.putDouble(1);
                      b.putNull();
                      b.putDouble(2.5);
                      b.endArray(array);
                    },
                    b -> b.endArray(b.beginArray(PgType.FLOAT8, 0)))))
        .containsExactly("{1,NULL,2.5}", "{}");
    assertThat(
            roundTrip(
                "numeric[]",
                List.of(
                    b -> {
                      int array = b.beginArray(PgType.NUMERIC, 2);
                      b.putNumeric(new BigDecimal("1.10"));
                      b.putNull();
                      b.endArray(array);
                    })))
        .containsExactly("{1.10,NULL}");
  }

  @Test
  void dropsTheRow_whenUndone() throws Exception {
    assertThat(
            roundTrip(
                "bigint",
                List.of(
                    b -> b.putLong(1),
                    b -> {
                      b.putLong(2);
                      b.undoRow();
                      b.row(1);
                      b.putLong(3);
                    })))
        .containsExactly("1", "3");
  }
}
