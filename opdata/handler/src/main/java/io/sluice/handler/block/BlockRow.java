package io.sluice.handler.block;

import io.sluice.handler.value.CellKind;
import io.sluice.handler.value.MeasuredValue;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/** A row after collapsing; valid during the call that hands it out. */
public final class BlockRow {

  private final RowTable table;
  private int index;

  BlockRow(RowTable table) {
    this.table = table;
  }

  void select(int row) {
    index = row;
    table.select(row);
  }

  /** Number of the row in its run, from 0. */
  public int index() {
    return index;
  }

  /** Number of the element in its file. */
  public int element() {
    return table.element(index);
  }

  /** Number of the group in its file. */
  public int group() {
    return table.group(index);
  }

  /** measObjLdn, may be empty. */
  public String object() {
    return new String(
        table.objectBytes(index),
        table.objectOffset(index),
        table.objectLength(index),
        StandardCharsets.UTF_8);
  }

  /** The array that holds measObjLdn in UTF-8, from {@link #objectOffset}. */
  public byte[] objectBytes() {
    return table.objectBytes(index);
  }

  public int objectOffset() {
    return table.objectOffset(index);
  }

  public int objectLength() {
    return table.objectLength(index);
  }

  /** Microseconds since 1970-01-01T00:00Z. */
  public long end() {
    return table.end(index);
  }

  /** Seconds, 0 when the file does not say it. */
  public int granularity() {
    return table.granularity(index);
  }

  /** Whether one of the measValue of the row was. */
  public boolean suspect() {
    return table.suspect(index);
  }

  /** How many slots the row has; later counters of its group are absent. */
  public int slots() {
    return table.slots(index);
  }

  /** Whether the file had a value, which may be blank. */
  public boolean has(int slot) {
    return table.state(slot) != 0;
  }

  /** Kind of a slot that {@link #has} a value. */
  public CellKind kind(int slot) {
    return CellKind.of(table.state(slot));
  }

  /** The number of a {@code DOUBLE}. */
  public double number(int slot) {
    return Double.longBitsToDouble(table.getBits(slot));
  }

  /** How many elements a {@code VECTOR} has. */
  public int vectorSize(int slot) {
    return table.bytesLength(slot) / 8;
  }

  /** Bits of an element of a {@code VECTOR}, or {@link MeasuredValue#NULL_BITS}. */
  public long vectorBits(int slot, int element) {
    return Pages.getLong(table.bytes(slot), table.bytesOffset(slot) + 8 * element);
  }

  /** The number of a {@code NUMERIC}. */
  public BigDecimal numeric(int slot) {
    return new BigDecimal(text(slot));
  }

  /** The elements of a {@code VECTOR_NUMERIC}, null for a blank. */
  public BigDecimal[] numericVector(int slot) {
    String[] parts = text(slot).split(",", -1);
    BigDecimal[] elements = new BigDecimal[parts.length];
    for (int i = 0; i < parts.length; i++) {
      String part = parts[i].strip();
      boolean blank = part.isEmpty() || part.equalsIgnoreCase("NIL");
      elements[i] = blank ? null : new BigDecimal(part);
    }
    return elements;
  }

  /** The array that holds the value of a row of bytes, from {@link #bytesOffset}. */
  public byte[] bytes() {
    return table.bytes(0);
  }

  public int bytesOffset() {
    return table.bytesOffset(0);
  }

  public int bytesLength() {
    return table.bytesLength(0);
  }

  private String text(int slot) {
    return new String(
        table.bytes(slot),
        table.bytesOffset(slot),
        table.bytesLength(slot),
        StandardCharsets.ISO_8859_1);
  }
}
