package io.sluice.handler.encode;

import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.chunk.PgType;
import io.sluice.handler.block.BlockRow;
import io.sluice.handler.value.CellKind;
import io.sluice.handler.value.MeasuredValue;
import java.math.BigDecimal;

/** Writes measured values as the columns' types have them. */
final class PmValues {

  private PmValues() {}

  /** Whether a number survives in a column of this type. */
  static boolean fits(PgType type, BlockRow row, int slot, CellKind kind) {
    if (kind == CellKind.DOUBLE) {
      double value = row.number(slot);
      return switch (type) {
        case FLOAT8, NUMERIC, TEXT -> true;
        case INT2 -> value == (short) value;
        case INT4 -> value == (int) value;
        case INT8 -> value == (long) value && Math.abs(value) < 9.2e18;
        case FLOAT4 -> value == (float) value;
        default -> false;
      };
    }
    return switch (type) {
      case NUMERIC, TEXT -> true;
      case INT8 -> isLong(row.numeric(slot));
      default -> false;
    };
  }

  private static boolean isLong(BigDecimal value) {
    return value.stripTrailingZeros().scale() <= 0
        && value.precision() - value.scale() < 20
        && value.toBigInteger().bitLength() < 64;
  }

  /** A value; a number is one that {@link #fits}. */
  static void put(CopyBuffer rows, PgType type, BlockRow row, int slot) {
    switch (row.kind(slot)) {
      case DOUBLE -> putNumber(rows, type, row.number(slot));
      case NUMERIC -> putExact(rows, type, row.numeric(slot));
      case VECTOR -> putVector(rows, row, slot);
      case VECTOR_NUMERIC -> putNumericVector(rows, row, slot);
      default -> rows.putNull();
    }
  }

  private static void putNumber(CopyBuffer rows, PgType type, double value) {
    switch (type) {
      case FLOAT8 -> rows.putDouble(value);
      case FLOAT4 -> rows.putFloat((float) value);
      case INT2 -> rows.putShort((short) value);
      case INT4 -> rows.putInt((int) value);
      case INT8 -> rows.putLong((long) value);
      default -> putExact(rows, type, BigDecimal.valueOf(value));
    }
  }

  private static void putExact(CopyBuffer rows, PgType type, BigDecimal value) {
    switch (type) {
      case INT8 -> rows.putLong(value.longValueExact());
      case TEXT -> rows.putText(plain(value).toPlainString());
      default -> rows.putNumeric(plain(value));
    }
  }

  /** 12.0, as a double prints, is 12. */
  private static BigDecimal plain(BigDecimal value) {
    boolean zeroFraction = value.scale() > 0 && value.stripTrailingZeros().scale() <= 0;
    return zeroFraction ? value.setScale(0) : value;
  }

  static void putVector(CopyBuffer rows, BlockRow row, int slot) {
    int size = row.vectorSize(slot);
    int start = rows.beginArray(PgType.FLOAT8, size);
    for (int i = 0; i < size; i++) {
      long bits = row.vectorBits(slot, i);
      if (bits == MeasuredValue.NULL_BITS) {
        rows.putNull();
      } else {
        rows.putLong(bits);
      }
    }
    rows.endArray(start);
  }

  static void putNumericVector(CopyBuffer rows, BlockRow row, int slot) {
    BigDecimal[] vector = row.numericVector(slot);
    int start = rows.beginArray(PgType.NUMERIC, vector.length);
    for (BigDecimal element : vector) {
      if (element == null) {
        rows.putNull();
      } else {
        rows.putNumeric(element);
      }
    }
    rows.endArray(start);
  }
}
