package io.sluice.handler.csv;

import io.sluice.core.catalog.Names;
import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.CleanStep;
import io.sluice.core.feed.Feed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The names of a file's fields, as its header has them: some may be empty, some the same. */
final class CsvHeader {

  private final List<String> names;
  private final List<String> distinct = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /**
   * The names of a file.
   *
   * @param names one for each field
   */
  CsvHeader(List<String> names) {
    this.names = names.stream().map(name -> name.replace('\0', '_').strip()).toList();
    Map<String, Integer> seen = new HashMap<>();
    for (int i = 0; i < this.names.size(); i++) {
      String name = this.names.get(i).isEmpty() ? "column_" + (i + 1) : this.names.get(i);
      int times = seen.merge(name, 1, Integer::sum);
      distinct.add(times == 1 ? name : name + "_" + times);
      if (times > 1) {
        notes.add(
            "column %d has the name '%s' of an earlier column and is loaded as %s"
                .formatted(i + 1, name, distinct.get(i)));
      }
    }
  }

  int size() {
    return names.size();
  }

  /** The name of a field, unlike all others and not empty. */
  String distinct(int field) {
    return distinct.get(field);
  }

  /** Names that were the same, a sentence each. */
  List<String> notes() {
    return notes;
  }

  /**
   * The place of a field, from 0.
   *
   * @param source its name, whatever its letters' case, or its number from 1
   * @throws RejectFile when there is none, or several
   */
  int field(String source) {
    String wanted = source.strip();
    List<Integer> places = places(wanted::equalsIgnoreCase);
    if (places.size() > 1) {
      List<Integer> exact = places(wanted::equals);
      places = exact.size() == 1 ? exact : places;
    }
    if (places.size() > 1) {
      throw ambiguous(wanted, places, "give its number, as in from: " + (places.get(0) + 1));
    }
    return places.isEmpty() ? numbered(source) : places.get(0);
  }

  private int numbered(String source) {
    boolean digits = source.chars().allMatch(c -> c >= '0' && c <= '9');
    if (digits && !source.isEmpty() && source.length() < 6) {
      int number = Integer.parseInt(source);
      if (number >= 1 && number <= size()) {
        return number - 1;
      }
    }
    throw new RejectFile(
        "missing_column",
        "header",
        "the file has no column '" + source + "'; it has " + String.join(", ", distinct));
  }

  /**
   * Checks the names that the feed uses without declaring columns.
   *
   * @throws RejectFile when one of them is that of several fields
   */
  void checkUses(Feed feed) {
    feed.target().time().ifPresent(time -> checkOnce(time, name -> isSame(time, name)));
    feed.target().key().forEach(key -> checkOnce(key, name -> isSame(key, name)));
    for (CleanStep step : feed.clean()) {
      step.fields().forEach(used -> checkOnce(used, used::equals));
    }
  }

  private void checkOnce(String used, Predicate<String> isIt) {
    List<Integer> places = places(isIt);
    if (places.size() > 1) {
      throw ambiguous(used, places, "name the columns to load in format.csv.columns, by number");
    }
  }

  /** Whether two names are of one column in PostgreSQL. */
  static boolean isSame(String wanted, String name) {
    return wanted.equals(name) || Names.normalise(wanted).equals(Names.normalise(name));
  }

  private List<Integer> places(Predicate<String> isIt) {
    return IntStream.range(0, size()).filter(i -> isIt.test(names.get(i))).boxed().toList();
  }

  private static RejectFile ambiguous(String name, List<Integer> places, String remedy) {
    String numbers =
        places.stream().map(place -> "" + (place + 1)).collect(Collectors.joining(" and "));
    return new RejectFile(
        "ambiguous_column",
        "header",
        "the columns " + numbers + " are both named '" + name + "'; " + remedy);
  }

  @Override
  public String toString() {
    return String.join(", ", distinct);
  }
}
