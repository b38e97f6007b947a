package io.sluice.core.yaml;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that was probably meant. */
public final class Suggestion {

  private Suggestion() {}

  /** The known word nearest to a written one; empty if none is near enough. */
  public static Optional<String> of(String written, Collection<String> known) {
    String word = plain(written);
    int limit = word.length() < 3 ? 0 : (word.length() + 1) / 3;
    return known.stream()
        .filter(candidate -> distance(word, plain(candidate)) <= limit)
        .min(Comparator.comparingInt(candidate -> distance(word, plain(candidate))));
  }

  /** Letter case and separators are not what tells words apart. */
  private static String plain(String word) {
    return word.toLowerCase(Locale.ROOT).replaceAll("[-_ ]", "");
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
