package io.sluice.handler.pm;

import io.sluice.handler.value.Chars;
import java.util.Arrays;

/**
 * The types one measInfo declares, as slots of its group: by {@code p}, by place in a list, or
 * both. Resolved once per declaration, looked up per value.
 */
final class TypeTable {

  /** No type is declared for the value. */
  static final int UNDECLARED = -3;

  /** Two different types are declared with one {@code p}. */
  static final int AMBIGUOUS = -4;

  /** No {@code p}, or none that is a number. */
  static final int NO_P = -1;

  private static final int MAX_P = 1_000_000;

  private int[] byP = new int[64];
  private int highestP;
  private int[] inOrder = new int[64];
  private int ordered;
  private boolean listed;

  TypeTable() {
    Arrays.fill(byP, UNDECLARED);
  }

  void clear() {
    Arrays.fill(byP, 0, highestP + 1, UNDECLARED);
    highestP = 0;
    ordered = 0;
    listed = false;
  }

  /** A single {@code measType}; {@code p} may be {@link #NO_P}. */
  void declare(int p, int slot) {
    if (!listed) {
      add(slot);
    }
    if (p < 0) {
      return;
    }
    if (p >= byP.length) {
      int known = byP.length;
      byP = Arrays.copyOf(byP, Math.max(p + 1, known * 2));
      Arrays.fill(byP, known, byP.length, UNDECLARED);
    }
    byP[p] = byP[p] == UNDECLARED || byP[p] == slot ? slot : AMBIGUOUS;
    highestP = Math.max(highestP, p);
  }

  /** The next type of a {@code measTypes} list, before which single types have no place. */
  void declareInList(int slot) {
    ordered = listed ? ordered : 0;
    listed = true;
    add(slot);
  }

  private void add(int slot) {
    if (ordered == inOrder.length) {
      inOrder = Arrays.copyOf(inOrder, ordered * 2);
    }
    inOrder[ordered++] = slot;
  }

  /** How many values a list or a run of values without {@code p} must have. */
  int count() {
    return ordered;
  }

  /** Slot of the value at a place from 0. */
  int at(int place) {
    return inOrder[place];
  }

  int withP(int p) {
    if (p >= 0 && p <= highestP && byP[p] != UNDECLARED) {
      return byP[p];
    }
    return (listed || highestP == 0) && p >= 1 && p <= ordered ? inOrder[p - 1] : UNDECLARED;
  }

  /** The number of a {@code p} attribute, or {@link #NO_P}. */
  static int parseP(char[] chars, int offset, int count) {
    int from = Chars.skipBlanks(chars, offset, offset + count);
    int end = Chars.trimEnd(chars, from, offset + count);
    int length = end - from;
    int p = length == 0 || length > 9 ? NO_P : Chars.digits(chars, from, end, length);
    return p <= MAX_P ? p : NO_P;
  }
}
