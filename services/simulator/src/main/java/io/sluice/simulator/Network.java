package io.sluice.simulator;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A radio network.
 *
 * @param gnbs elements, each of which writes one file a period
 * @param cells cells of each element
 * @param period what a file covers
 * @param zone the elements' clock, as written into file names and times
 * @param formats an element keeps to one of them
 * @param forms an element keeps to one of them
 * @param seed from which all values and mishaps follow
 */
public record Network(
    int gnbs,
    int cells,
    List<Group> groups,
    Duration period,
    ZoneOffset zone,
    Set<FileFormat> formats,
    Set<ValueForm> forms,
    long seed) {

  /** Default length of a period (TS 32.401: 5, 15, 30 or 60 minutes). */
  public static final Duration QUARTER_HOUR = Duration.ofMinutes(15);

  public Network {
    groups = List.copyOf(groups);
    formats = Set.copyOf(formats);
    forms = Set.copyOf(forms);
    require(gnbs > 0 && cells > 0, "A network needs at least one gNB and one cell.");
    require(!groups.isEmpty(), "A network needs at least one measurement group.");
    require(!formats.isEmpty() && !forms.isEmpty(), "A network needs a file format and a form.");
    require(!period.isNegative() && !period.isZero(), "A period must be longer than nothing.");
  }

  /** Elements of both formats and forms, quarter hours, UTC. */
  public static Network of(int gnbs, int cells, int counters, List<String> groups, long seed) {
    return new Network(
        gnbs,
        cells,
        groups.stream().map(id -> Group.of(id, counters)).toList(),
        QUARTER_HOUR,
        ZoneOffset.UTC,
        EnumSet.allOf(FileFormat.class),
        EnumSet.allOf(ValueForm.class),
        seed);
  }

  /** This network, all of whose elements write one format and form. */
  public Network writing(FileFormat format, ValueForm form) {
    return new Network(gnbs, cells, groups, period, zone, Set.of(format), Set.of(form), seed);
  }

  /** The last period end that is not after {@code time}. */
  public Instant lastEnd(Instant time) {
    long length = period.toSeconds();
    return Instant.ofEpochSecond(Math.floorDiv(time.getEpochSecond(), length) * length);
  }

  /** Name of an element, counted from 0. */
  public static String element(int gnb) {
    return String.format("gNB-%05d", gnb + 1);
  }

  FileFormat formatOf(int gnb) {
    return choose(formats, Hash.of(seed, gnb, 1));
  }

  ValueForm formOf(int gnb) {
    return choose(forms, Hash.of(seed, gnb, 2));
  }

  private static <T extends Enum<T>> T choose(Set<T> of, long hash) {
    return of.stream().sorted().skip(Hash.below(hash, of.size())).findFirst().orElseThrow();
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
