package io.sluice.bench.model;

import io.sluice.bench.model.Content.Row;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Makes contents by the dice: few elements, objects and times, so that keys meet. */
final class ContentMaker {

  private static final List<String> TIMES =
      List.of("2026-03-01T10:15:00Z", "2026-03-01T10:30:00Z", "2026-03-02T00:15:00Z");
  private static final List<String> GROUPS = List.of("g1", "g2");
  private static final List<String> FIELDS = List.of("a", "b", Content.EDITED);

  private final ModelFeed feed;
  private final Random dice;

  ContentMaker(ModelFeed feed, Random dice) {
    this.feed = feed;
    this.dice = dice;
  }

  /** A content that can be read, of an element. */
  Content make(String element) {
    Content plain = feed.kind().isCsv() ? csv(element) : pm(element);
    return chance(6)
        ? new Content(gzip(plain.bytes()), true, plain.rows(), plain.badRows())
        : plain;
  }

  /** A content that nobody can read. */
  Content broken() {
    String text =
        feed.kind().isCsv()
            ? "when;where\n1;" + dice.nextInt() + "\n"
            : "<measCollecFile>" + dice.nextInt();
    return new Content(text.getBytes(StandardCharsets.UTF_8), false, List.of(), 0);
  }

  /** An archive of files. */
  static byte[] zip(Map<String, Content> members) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setMethod(ZipOutputStream.STORED);
      for (Map.Entry<String, Content> member : members.entrySet()) {
        ZipEntry entry = new ZipEntry(member.getKey());
        entry.setTime(0);
        entry.setSize(member.getValue().bytes().length);
        CRC32 crc = new CRC32();
        crc.update(member.getValue().bytes());
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(member.getValue().bytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] gzip(byte[] plain) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private boolean chance(int oneIn) {
    return dice.nextInt(oneIn) == 0;
  }

  private String number() {
    return switch (dice.nextInt(12)) {
      case 0 -> "1234567890123456" + dice.nextInt(10) + ".125";
      case 1, 2 -> dice.nextInt(100) + ".5";
      default -> String.valueOf(dice.nextInt(1000));
    };
  }

  /** One way of writing each number. */
  static String canonical(String number) {
    return new BigDecimal(number).stripTrailingZeros().toPlainString();
  }

  private Content pm(String element) {
    StringBuilder xml =
        new StringBuilder(
            """
            <?xml version="1.0"?>
            <measCollecFile xmlns="http://www.3gpp.org/ftp/specs/archive/32_series/32.435#measCollec">
            <fileHeader><fileSender localDn="EMS"/></fileHeader>
            <measData><managedElement localDn="%s"/>
            """
                .formatted(element));
    List<Row> rows = new ArrayList<>();
    int blocks = 1 + dice.nextInt(3);
    for (int i = 0; i < blocks; i++) {
      block(xml, rows, element);
    }
    xml.append("</measData></measCollecFile>\n");
    return new Content(xml.toString().getBytes(StandardCharsets.UTF_8), true, rows, 0);
  }

  private void block(StringBuilder xml, List<Row> rows, String element) {
    String group = GROUPS.get(dice.nextInt(GROUPS.size()));
    String time = TIMES.get(dice.nextInt(TIMES.size()));
    List<String> fields = fields();
    xml.append(
        "<measInfo measInfoId='%s'><granPeriod duration='PT900S' endTime='%s'/>\n"
            .formatted(group, time));
    for (int i = 0; i < fields.size(); i++) {
      xml.append("<measType p='%d'>%s</measType>".formatted(i + 1, fields.get(i)));
    }
    int objects = 1 + dice.nextInt(3);
    for (int i = 0; i < objects; i++) {
      String object = "o" + dice.nextInt(3);
      Map<String, String> values = new LinkedHashMap<>();
      xml.append("\n<measValue measObjLdn='").append(object).append("'>");
      for (int f = 0; f < fields.size(); f++) {
        if (f > 0 && chance(6)) {
          continue;
        }
        String value = chance(6) ? null : number();
        values.put(fields.get(f), value == null ? null : canonical(value));
        xml.append("<r p='%d'>%s</r>".formatted(f + 1, value == null ? "NIL" : value));
      }
      xml.append("</measValue>");
      rows.add(new Row(group, time + "|" + element + "|" + object, values));
    }
    xml.append("</measInfo>\n");
  }

  private List<String> fields() {
    List<String> fields = new ArrayList<>(List.of(FIELDS.get(0)));
    FIELDS.stream().skip(1).filter(field -> dice.nextInt(3) > 0).forEach(fields::add);
    return fields;
  }

  private Content csv(String element) {
    List<String> fields = fields();
    StringBuilder text = new StringBuilder("time;cell;" + String.join(";", fields) + "\n");
    List<Row> rows = new ArrayList<>();
    int bad = 0;
    int lines = 1 + dice.nextInt(6);
    for (int i = 0; i < lines; i++) {
      String time = TIMES.get(dice.nextInt(TIMES.size()));
      String cell = element + "-" + dice.nextInt(3);
      Map<String, String> values = new LinkedHashMap<>();
      boolean isBad = chance(10);
      text.append(time).append(';').append(cell);
      for (String field : fields) {
        String value = chance(6) ? null : csvValue(field);
        value = isBad && field.equals("a") ? "oops" : value;
        values.put(
            field, value == null || field.equals("b") ? value : isBad ? value : canonical(value));
        text.append(';').append(value == null ? "" : value);
      }
      text.append('\n');
      if (isBad) {
        bad++;
        continue;
      }
      if (!feed.merges()) {
        values.put("time", time);
        values.put("cell", cell);
      }
      rows.add(new Row("cells", feed.merges() ? time + "|" + cell : "", values));
    }
    return new Content(text.toString().getBytes(StandardCharsets.UTF_8), true, rows, bad);
  }

  private String csvValue(String field) {
    return switch (field) {
      case "a" -> dice.nextInt(100) + ".5";
      case "b" -> "t" + dice.nextInt(1000);
      default -> String.valueOf(dice.nextInt(1000));
    };
  }
}
