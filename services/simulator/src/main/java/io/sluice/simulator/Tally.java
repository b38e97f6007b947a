package io.sluice.simulator;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Counts what the files say, by group and counter. What was counted can be taken back. */
final class Tally {

  private static final int MOST_DECIMALS = 3;
  private static final long[] POWER = {1000, 100, 10, 1};

  private static final class GroupTally {
    long rows;
    long suspect;
    long rejectedRows;
    long rejectedValues;
    final CounterTally[] counters;

    GroupTally(int size) {
      counters = new CounterTally[size];
      for (int i = 0; i < size; i++) {
        counters[i] = new CounterTally();
      }
    }
  }

  private static final class CounterTally {
    long numbers;
    long vectors;
    long blanks;
    long rejected;
    BigInteger thousandths = BigInteger.ZERO;
    long recent;

    void add(long unscaled, int scale, int sign) {
      long power = POWER[scale];
      if (Math.abs(unscaled) > Long.MAX_VALUE / 4 / power
          || Math.abs(recent) > Long.MAX_VALUE / 2) {
        thousandths = sum().add(exact(unscaled, power, sign));
        recent = 0;
      } else {
        recent += sign * unscaled * power;
      }
    }

    BigInteger sum() {
      return thousandths.add(BigInteger.valueOf(recent));
    }

    private static BigInteger exact(long unscaled, long power, int sign) {
      return BigInteger.valueOf(unscaled).multiply(BigInteger.valueOf(sign * power));
    }
  }

  private final Network network;
  private final List<GroupTally> groups = new ArrayList<>();

  Tally(Network network) {
    this.network = network;
    network.groups().forEach(group -> groups.add(new GroupTally(group.counters().size())));
  }

  /** One object's row was read; {@code sign} is 1, or −1 to take it back. */
  void row(int group, boolean suspect, int sign) {
    GroupTally tally = groups.get(group);
    tally.rows += sign;
    tally.suspect += suspect ? sign : 0;
  }

  /** One object's row cannot be read, because its values do not fit the types. */
  void rejectedRow(int group, int sign) {
    groups.get(group).rejectedRows += sign;
  }

  /** A value was for a counter that was not declared. */
  void rejectedValue(int group, int sign) {
    groups.get(group).rejectedValues += sign;
  }

  void cell(int group, int counter, Cell cell, int sign) {
    CounterTally tally = groups.get(group).counters[counter];
    switch (cell.state) {
      case ABSENT -> {}
      case BLANK, NIL, BLANK_VECTOR -> tally.blanks += sign;
      case VECTOR -> tally.vectors += sign;
      case TEMPLATE -> tally.rejected += sign;
      case NUMBER -> {
        tally.numbers += sign;
        tally.add(cell.unscaled, cell.scale, sign);
      }
    }
  }

  long cells() {
    return expected().stream().mapToLong(Expected.GroupSum::cells).sum();
  }

  List<Expected.GroupSum> expected() {
    List<Expected.GroupSum> sums = new ArrayList<>();
    for (int g = 0; g < groups.size(); g++) {
      sums.add(expected(network.groups().get(g), groups.get(g)));
    }
    return sums;
  }

  private static Expected.GroupSum expected(Group group, GroupTally tally) {
    List<Expected.CounterSum> counters = new ArrayList<>();
    for (int c = 0; c < tally.counters.length; c++) {
      CounterTally sums = tally.counters[c];
      counters.add(
          new Expected.CounterSum(
              group.counters().get(c).name(),
              sums.numbers,
              plain(sums.sum()),
              sums.vectors,
              sums.blanks,
              sums.rejected));
    }
    return new Expected.GroupSum(
        group.id(), tally.rows, tally.suspect, tally.rejectedRows, tally.rejectedValues, counters);
  }

  private static BigDecimal plain(BigInteger thousandths) {
    BigDecimal sum = new BigDecimal(thousandths, MOST_DECIMALS).stripTrailingZeros();
    return sum.scale() < 0 ? sum.setScale(0) : sum;
  }
}
