package io.sluice.handler.pm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Numbers the names of a file from 0 by their chars, so that a known name costs no String. */
final class NameTable {

  private final List<String> names = new ArrayList<>();
  private int[] table = new int[256];

  int size() {
    return names.size();
  }

  String name(int id) {
    return names.get(id);
  }

  int idOf(char[] chars, int from, int length) {
    int mask = table.length - 1;
    int at = hash(chars, from, length) & mask;
    while (table[at] != 0) {
      int id = table[at] - 1;
      if (matches(names.get(id), chars, from, length)) {
        return id;
      }
      at = (at + 1) & mask;
    }
    names.add(new String(chars, from, length));
    table[at] = names.size();
    if (names.size() * 2 > table.length) {
      grow();
    }
    return names.size() - 1;
  }

  private void grow() {
    int[] bigger = new int[table.length * 2];
    Arrays.fill(bigger, 0);
    int mask = bigger.length - 1;
    for (int id = 0; id < names.size(); id++) {
      char[] chars = names.get(id).toCharArray();
      int at = hash(chars, 0, chars.length) & mask;
      while (bigger[at] != 0) {
        at = (at + 1) & mask;
      }
      bigger[at] = id + 1;
    }
    table = bigger;
  }

  private static boolean matches(String name, char[] chars, int from, int length) {
    if (name.length() != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (name.charAt(i) != chars[from + i]) {
        return false;
      }
    }
    return true;
  }

  private static int hash(char[] chars, int from, int length) {
    int hash = 0x9E3779B9;
    for (int i = from; i < from + length; i++) {
      hash = (hash ^ chars[i]) * 0x01000193;
    }
    return hash ^ (hash >>> 15);
  }
}
