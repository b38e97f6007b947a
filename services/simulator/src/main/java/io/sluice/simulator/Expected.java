package io.sluice.simulator;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What must be in the warehouse once everything written so far is loaded: corrections have won and
 * duplicates have collapsed, by element, group, object, end time, granularity and counter. Of a
 * file that breaks off nothing is expected: its feed says {@code onTruncated: reject}.
 *
 * @param files files written, by kind
 * @param rejectedFiles files of which nothing can be read
 * @param cells numbers, vectors and blanks that are in the warehouse
 * @param repeatedCells cells delivered again with the same content, in another file or job
 * @param replacedCells cells whose earlier version was delivered too
 * @param outOfWindowCells cells with an end time far outside what the warehouse keeps
 */
public record Expected(
    Map<String, Long> files,
    long rejectedFiles,
    long cells,
    long repeatedCells,
    long replacedCells,
    long outOfWindowCells,
    List<GroupSum> groups) {

  public Expected {
    files = Collections.unmodifiableMap(new TreeMap<>(files));
    groups = List.copyOf(groups);
  }

  /** Rows of the warehouse in all groups. */
  public long rows() {
    return groups.stream().mapToLong(GroupSum::rows).sum();
  }

  /** Files written, of all kinds. */
  public long fileCount() {
    return files.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * One measurement group.
   *
   * @param rows objects and end times with at least one value
   * @param rejectedRows objects whose values do not fit the declared counters
   * @param rejectedValues values of undeclared counters
   */
  public record GroupSum(
      String group,
      long rows,
      long suspect,
      long rejectedRows,
      long rejectedValues,
      List<CounterSum> counters) {

    public GroupSum {
      counters = List.copyOf(counters);
    }

    /** Numbers, vectors and blanks of all counters. */
    public long cells() {
      return counters.stream().mapToLong(c -> c.numbers() + c.vectors() + c.blanks()).sum();
    }
  }

  /**
   * One counter of one group.
   *
   * @param numbers cells with a number
   * @param sum exact sum of those
   * @param rejected cells whose text is not a value
   */
  public record CounterSum(
      String counter,
      long numbers,
      @JsonFormat(shape = JsonFormat.Shape.STRING) BigDecimal sum,
      long vectors,
      long blanks,
      long rejected) {}
}
