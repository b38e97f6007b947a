package io.sluice.handler.block;

import io.sluice.handler.value.CellKind;
import io.sluice.handler.value.MeasuredValue;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/**
 * A row after collapsing; valid during the call that hands it out. In {@link Pages} it is the
 * number of its slots, whether it is suspect, the key with its length, a state byte per slot (0
 * absent, else the code of its kind) and eight bytes per slot: a double, or the address of {@code
 * [int length][bytes]} for what does not fit there.
 */
public final class BlockRow {

  static final int SUSPECT = 4;
  static final int KEY_LENGTH = 8;
  static final int KEY = 12;

  private final Pages pages;
  private int index;
  private long row;
  long states;
  long values;

  BlockRow(Pages pages) {
    this.pages = pages;
  }

  void select(int number, long address) {
    index = number;
    row = address;
    states = row + KEY + keyLength();
    values = states + slots();
  }

  /** Number of the row in its run, from 0. */
  public int index() {
    return index;
  }

  int keyLength() {
    return pages.getInt(row + KEY_LENGTH);
  }

  /** Number of the element in its file. */
  public int element() {
    return pages.getInt(row + KEY + RowKey.ELEMENT);
  }

  /** Number of the group in its file. */
  public int group() {
    return pages.getInt(row + KEY + RowKey.GROUP);
  }

  /** measObjLdn, may be empty. */
  public String object() {
    return new String(objectBytes(), objectOffset(), objectLength(), StandardCharsets.UTF_8);
  }

  /** The array that holds measObjLdn in UTF-8, from {@link #objectOffset}. */
  public byte[] objectBytes() {
    return pages.page(row);
  }

  public int objectOffset() {
    return Pages.offset(row) + KEY + RowKey.OBJECT;
  }

  public int objectLength() {
    return keyLength() - RowKey.OBJECT;
  }

  /** Microseconds since 1970-01-01T00:00Z. */
  public long end() {
    return pages.getLong(row + KEY + RowKey.END);
  }

  /** Seconds, 0 when the file does not say it. */
  public int granularity() {
    return pages.getInt(row + KEY + RowKey.GRANULARITY);
  }

  /** Whether one of the measValue of the row was. */
  public boolean suspect() {
    return pages.getByte(row + SUSPECT) != 0;
  }

  /** How many slots the row has; later counters of its group are absent. */
  public int slots() {
    return pages.getInt(row);
  }

  /** State of a slot: 0 absent, else the code of its kind. */
  byte state(int slot) {
    return pages.getByte(states + slot);
  }

  long bits(int slot) {
    return pages.getLong(values + 8L * slot);
  }

  /** Whether the file had a value, which may be blank. */
  public boolean has(int slot) {
    return state(slot) != 0;
  }

  /** Kind of a slot that {@link #has} a value. */
  public CellKind kind(int slot) {
    return CellKind.of(state(slot));
  }

  /** The number of a {@code DOUBLE}. */
  public double number(int slot) {
    return Double.longBitsToDouble(bits(slot));
  }

  /** How many elements a {@code VECTOR} has. */
  public int vectorSize(int slot) {
    return bytesLength(slot) / 8;
  }

  /** Bits of an element of a {@code VECTOR}, or {@link MeasuredValue#NULL_BITS}. */
  public long vectorBits(int slot, int element) {
    return Pages.getLong(bytes(slot), bytesOffset(slot) + 8 * element);
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

  private String text(int slot) {
    return new String(
        bytes(slot), bytesOffset(slot), bytesLength(slot), StandardCharsets.ISO_8859_1);
  }

  /** The array that holds the bytes of a slot, from {@link #bytesOffset}. */
  public byte[] bytes(int slot) {
    return pages.page(bits(slot));
  }

  public int bytesOffset(int slot) {
    return Pages.offset(bits(slot)) + 4;
  }

  public int bytesLength(int slot) {
    return pages.getInt(bits(slot));
  }
}
