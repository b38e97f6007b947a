package io.sluice.simulator;

import java.util.ArrayList;
import java.util.List;

/**
 * A measurement group: what one {@code measInfo} holds.
 *
 * @param id the {@code measInfoId}, e.g. {@code NRCellDU}
 * @param parent the function that contains its objects, e.g. {@code GNBDUFunction=1}; empty if the
 *     object is the function itself
 */
public record Group(String id, String parent, List<Counter> counters) {

  private static final List<Counter> CATALOGUE =
      List.of(
          new Counter("RRC.ConnEstabAtt", Counter.Kind.COUNT),
          new Counter("RRC.ConnEstabSucc", Counter.Kind.COUNT),
          new Counter("RRC.ConnMean", Counter.Kind.MEAN),
          new Counter("DRB.PdcpSduVolumeDL", Counter.Kind.VOLUME),
          new Counter("DRB.PdcpSduVolumeUL", Counter.Kind.VOLUME),
          new Counter("DRB.EstabAtt", Counter.Kind.COUNT),
          new Counter("DRB.EstabSucc", Counter.Kind.COUNT),
          new Counter("CARR.WBCQIDist", Counter.Kind.VECTOR),
          new Counter("DRB.UEThpDl", Counter.Kind.MEAN),
          new Counter("DRB.UEThpUl", Counter.Kind.MEAN),
          new Counter("MM.HoExeInterReq", Counter.Kind.COUNT),
          new Counter("MM.HoExeInterSucc", Counter.Kind.COUNT),
          new Counter("TB.TotNbrDl", Counter.Kind.TOTAL),
          new Counter("TB.ErrTotNbrDl", Counter.Kind.COUNT),
          new Counter("RRU.PrbTotDl", Counter.Kind.MEAN),
          new Counter("RRU.PrbTotUl", Counter.Kind.MEAN),
          new Counter("CARR.RssiMean", Counter.Kind.LEVEL),
          new Counter("UECNTX.RelReq", Counter.Kind.COUNT),
          new Counter("QF.EstabAttNbr", Counter.Kind.COUNT),
          new Counter("QF.EstabSuccNbr", Counter.Kind.COUNT));

  public Group {
    counters = List.copyOf(counters);
    if (counters.isEmpty()) {
      throw new IllegalArgumentException("Group " + id + " needs at least one counter.");
    }
  }

  /** The group {@code id} with {@code counters} counters named after those of TS 28.552. */
  public static Group of(String id, int counters) {
    List<Counter> chosen = new ArrayList<>(counters);
    for (int i = 0; i < counters; i++) {
      Counter base = CATALOGUE.get(i % CATALOGUE.size());
      int subcounter = i / CATALOGUE.size();
      String name = subcounter == 0 ? base.name() : base.name() + ".5QI" + subcounter;
      chosen.add(new Counter(name, base.kind()));
    }
    return new Group(id, parentOf(id), chosen);
  }

  private static String parentOf(String id) {
    if (id.endsWith("Function")) {
      return "";
    }
    return id.endsWith("CU") ? "GNBCUCPFunction=1" : "GNBDUFunction=1";
  }

  /** Objects of this group in an element of {@code cells} cells. */
  int objects(int cells) {
    return parent.isEmpty() ? 1 : cells;
  }

  /** The {@code measObjLdn} of an object, counted from 0. */
  String object(String element, int index) {
    String number = Integer.toString(index + 1);
    return parent.isEmpty() ? id + "=" + number : parent + "," + id + "=" + element + "-" + number;
  }
}
