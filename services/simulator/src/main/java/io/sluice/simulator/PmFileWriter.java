package io.sluice.simulator;

import io.sluice.simulator.MeasInfoWriter.Block;
import java.io.IOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;

/** Writes one performance file as XML and counts what it says. */
final class PmFileWriter {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ssxxx");
  private static final int[] WRONG_YEARS = {2097, 2000};

  private final Network network;
  private final String lineEnd;
  private final MeasInfoWriter blocks;

  PmFileWriter(Network network, boolean singleLine) {
    this.network = network;
    this.lineEnd = singleLine ? "" : "\n";
    this.blocks = new MeasInfoWriter(network, lineEnd);
  }

  /** Where the cells of a file are counted; {@code sign} is −1 to take them back. */
  record Count(Tally tally, Tally repeated, int sign) {}

  /** Writes {@code file} with as many objects a group as the network's elements have. */
  void write(PmFile file, ByteSink out, Count count) throws IOException {
    write(file, out, count, 0);
  }

  /** As above, and as many more objects as it takes to write {@code bytes} bytes. */
  void write(PmFile file, ByteSink out, Count count, long bytes) throws IOException {
    header(file, out);
    int groups = network.groups().size();
    ValueForm form = network.formOf(file.gnb());
    String end = time(clock(file));
    for (int g = 0; g < groups; g++) {
      long upTo = bytes / groups * (g + 1);
      blocks.write(new Block(file, g, form, "1", end, count.tally(), count.sign()), out, upTo);
      if (file.distortion() == Distortion.TWO_JOBS) {
        blocks.write(new Block(file, g, form, "2", end, count.repeated(), count.sign()), out, 0);
      }
    }
    footer(file, out);
    out.flush();
  }

  /** The end time as the element's clock has it. */
  Instant clock(PmFile file) {
    if (file.distortion() != Distortion.WRONG_CLOCK) {
      return file.end();
    }
    OffsetDateTime right = file.end().atOffset(network.zone());
    return right.withYear(WRONG_YEARS[Math.floorMod(file.gnb(), WRONG_YEARS.length)]).toInstant();
  }

  private void header(PmFile file, ByteSink out) throws IOException {
    FileFormat format = network.formatOf(file.gnb());
    String dn = "SubNetwork=1,ManagedElement=" + Network.element(file.gnb());
    String begin = time(clock(file).minus(network.period()));
    out.put("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").put(lineEnd);
    line(out, "<" + root(file) + " xmlns=\"" + format.namespace() + "\">");
    line(
        out,
        "<fileHeader fileFormatVersion=\"%s\" vendorName=\"Sluice\" dnPrefix=\"DC=sim.example\">"
            .formatted(format.version()));
    if (format == FileFormat.MEAS_COLLEC) {
      line(out, "<fileSender localDn=\"" + dn + "\" elementType=\"gNB\"/>");
      line(out, "<measCollec beginTime=\"" + begin + "\"/></fileHeader>");
      line(out, "<measData>" + element("managedElement", dn, file));
    } else {
      line(out, "<fileSender senderName=\"" + dn + "\" senderType=\"gNB\"/>");
      line(out, "<measData beginTime=\"" + begin + "\"/></fileHeader>");
      line(out, "<measData>" + element("measEntity", dn, file));
    }
  }

  private static String element(String tag, String dn, PmFile file) {
    return "<%s localDn=\"%s\" userLabel=\"Site %d\" swVersion=\"24.Q4\"/>"
        .formatted(tag, dn, file.gnb() + 1);
  }

  private void footer(PmFile file, ByteSink out) throws IOException {
    String end = "endTime=\"" + time(clock(file)) + "\"/></fileFooter>";
    boolean collec = network.formatOf(file.gnb()) == FileFormat.MEAS_COLLEC;
    line(out, "</measData>");
    line(out, "<fileFooter><" + (collec ? "measCollec " : "measData ") + end);
    line(out, "</" + root(file) + ">");
  }

  private String root(PmFile file) {
    String root = network.formatOf(file.gnb()).root();
    return file.distortion() == Distortion.WRONG_ROOT ? root + "Index" : root;
  }

  private String time(Instant time) {
    return TIME.format(time.atOffset(network.zone()));
  }

  private void line(ByteSink out, String text) throws IOException {
    out.put(text).put(lineEnd);
  }
}
