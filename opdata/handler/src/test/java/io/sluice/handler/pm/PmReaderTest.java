package io.sluice.handler.pm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.CounterFilter;
import io.sluice.core.feed.FeedFormat.ElementFrom;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.AbstractList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PmReaderTest {

  private static final String TYPES =
      "<measType p='1'>a</measType><measType p='2'>b</measType><measType p='3'>c</measType>";

  @TempDir Path temp;

  private static String file(String body) {
    return "<measCollecFile><fileHeader><fileSender localDn='EMS'/></fileHeader>"
        + "<measData><managedElement localDn='NE'/><measInfo measInfoId='G'>"
        + "<granPeriod duration='PT900S' endTime='2026-03-10T09:45:00Z'/>"
        + body
        + "</measInfo></measData></measCollecFile>";
  }

  private CountedPm read(String text) {
    return read(text.getBytes(StandardCharsets.UTF_8));
  }

  private CountedPm read(byte[] bytes) {
    return CountedPm.read(new ByteArrayInputStream(bytes), CountedPm.all("/in/x.xml"), temp);
  }

  @Test
  void matchesByP_whenRowsAreSparseAndUnordered() {
    CountedPm read =
        read(file(TYPES + "<measValue measObjLdn='o'><r p='3'>30</r><r p='1'>10</r></measValue>"));
    assertThat(read.cells).containsOnly(entry("NE|G|o|a", "10.0"), entry("NE|G|o|c", "30.0"));
  }

  private static java.util.Map.Entry<String, String> entry(String key, String value) {
    return java.util.Map.entry(key, value);
  }

  @Test
  void readsListsAndSingles_whenBothAreInOneInfo() {
    CountedPm read =
        read(
            file(
                "<measTypes>a\n b</measTypes><measType p='7'>c</measType>"
                    + "<measValue measObjLdn='o'><measResults> 1  NIL </measResults></measValue>"
                    + "<measValue measObjLdn='p'><r p='7'>3</r></measValue>"));
    assertThat(read.cells)
        .containsOnly(entry("NE|G|o|a", "1.0"), entry("NE|G|o|b", ""), entry("NE|G|p|c", "3.0"));
  }

  @Test
  void rejectsTheMeasValueWithBothCounts_whenListAndTypesDiffer() {
    CountedPm read =
        read(
            file(
                "<measTypes>a b c</measTypes>"
                    + "<measValue measObjLdn='o'><measResults>1 2</measResults></measValue>"
                    + "<measValue measObjLdn='p'><measResults>1 2 3 4</measResults></measValue>"
                    + "<measValue measObjLdn='q'><measResults>1 2 3</measResults></measValue>"));
    assertThat(read.counts.rejectedMeasValues).isEqualTo(2);
    assertThat(read.rejected).containsOnly(java.util.Map.entry("count_mismatch", 6L));
    assertThat(read.rejectTexts.get(0)).contains("2 values for 3 declared types", "object=o");
    assertThat(read.cellCount()).isEqualTo(3);
    assertThat(read.counts.values()).isEqualTo(9);
  }

  @Test
  void rejectsTheValue_whenItsTypeIsNotDeclaredOrDeclaredTwice() {
    CountedPm read =
        read(
            file(
                TYPES
                    + "<measType p='2'>other</measType>"
                    + "<measValue measObjLdn='o'><r p='9'>1</r><r p='x'>1</r><r p='2'>1</r><r p='1'>1</r></measValue>"));
    assertThat(read.rejected)
        .containsOnly(
            java.util.Map.entry("undeclared_type", 2L), java.util.Map.entry("ambiguous_type", 1L));
    assertThat(read.cells).containsOnly(entry("NE|G|o|a", "1.0"));
  }

  @Test
  void countsEqualAndConflictingDuplicates_whenJobsRepeatACell() {
    String second =
        "</measInfo><measInfo measInfoId='G'><job jobId='2'/>"
            + "<granPeriod duration='PT900S' endTime='2026-03-10T10:45:00+01:00'/>";
    CountedPm read =
        read(
            file(
                TYPES
                    + "<measValue measObjLdn='o'><r p='1'>1</r><r p='2'>2</r></measValue>"
                    + second
                    + TYPES
                    + "<measValue measObjLdn='o'><r p='1'>1.0</r><r p='2'>3</r></measValue>"));
    assertThat(read.collapsed).isEqualTo(2);
    assertThat(read.conflicts).isEqualTo(1);
    assertThat(read.cells).containsOnly(entry("NE|G|o|a", "1.0"), entry("NE|G|o|b", "3.0"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "TRUE", " True ", "1"})
  void marksTheRow_whenSuspectInAnyCase(String text) {
    String row =
        "<measValue measObjLdn='o'><r p='1'>1</r><suspect>" + text + "</suspect></measValue>";
    assertThat(read(file(TYPES + row)).suspectRows).isEqualTo(1);
    assertThat(read(file(TYPES + row.replace(text, "false"))).suspectRows).isZero();
  }

  @Test
  void rejectsItsValuesOnly_whenTheEndTimeIsATemplate() {
    CountedPm read =
        read(
            file(TYPES + "<measValue measObjLdn='o'><r p='1'>1</r></measValue>")
                .replace("2026-03-10T09:45:00Z", "ENDTIME"));
    assertThat(read.rejected).containsOnly(java.util.Map.entry("bad_time", 1L));
    assertThat(read.rejectTexts.get(0)).contains("ENDTIME");
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "2", "tru", "false?", "-"})
  void rejectsTheRow_whenItsSuspectFlagIsNeither(String text) {
    String row =
        "<measValue measObjLdn='o'><r p='1'>1</r><r p='2'>2</r><suspect>%s</suspect></measValue>";
    CountedPm read = read(file(TYPES + row.formatted(text)));
    assertThat(read.rejected).containsOnly(java.util.Map.entry("bad_suspect", 2L));
    assertThat(read.rejectTexts.get(0)).contains("'" + text + "'");
    assertThat(read(file(TYPES + row.formatted(" 0 "))).cellCount()).isEqualTo(2);
    assertThat(read(file(TYPES + row.formatted(""))).cellCount()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT15", "15 minutes", "PT5S3M", "P1M", "-900", "PT0S"})
  void saysThatTheGranularityIsNotKnown_whenItIsNoDuration(String text) {
    String row = "<measValue measObjLdn='o'><r p='1'>1</r></measValue>";
    CountedPm read = read(file(TYPES + row).replace("PT900S", text));
    assertThat(read.rejected).containsOnly(java.util.Map.entry("bad_granularity", 0L));
    assertThat(read.rejectTexts.get(0)).contains("raw=" + text);
    assertThat(read.cellCount()).isEqualTo(1);
  }

  @Test
  void emptiesItsStoreBetweenBlocks_whenALaterStageCollapses() {
    String text = "<measCollecFile>" + block("A", "<r p='1'>1</r>").repeat(3) + "</measCollecFile>";
    InputStream in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    CountedPm read = CountedPm.readForMerge(in, CountedPm.all("x"), temp, 1);
    assertThat(read.rows).isEqualTo(3);
    assertThat(read.spilled).isZero();
  }

  @Test
  void rejectsTheValue_whenItsTypesPIsNoNumber() {
    CountedPm read =
        read(
            file(
                "<measType p='one'>a</measType>"
                    + "<measValue measObjLdn='o'><r p='1'>1</r></measValue>"));
    assertThat(read.rejected).containsOnly(java.util.Map.entry("undeclared_type", 1L));
  }

  @Test
  void saysThatTheEndTimeIsTwo_whenClocksGoBack() {
    PmSettings berlin =
        new PmSettings(
            CountedPm.ALL, ZoneId.of("Europe/Berlin"), List.of(ElementFrom.LOCAL_DN), "");
    String text = file(TYPES + "<measValue measObjLdn='o'><r p='1'>1</r></measValue>");
    for (String time : List.of("2026-10-25T02:30:00", "2026-03-29T02:30:00")) {
      byte[] bytes = text.replace("2026-03-10T09:45:00Z", time).getBytes(StandardCharsets.UTF_8);
      CountedPm read = CountedPm.read(new ByteArrayInputStream(bytes), berlin, temp);
      String reason = time.contains("-10-") ? "ambiguous_time" : "nonexistent_time";
      assertThat(read.rejected).containsOnly(java.util.Map.entry(reason, 1L));
      assertThat(read.rejectTexts.get(0)).contains(time, "Europe/Berlin", "+01:00");
    }
  }

  private static String block(String element, String value) {
    return "<measData><managedElement localDn='"
        + element
        + "'/><measInfo measInfoId='G'>"
        + "<granPeriod duration='PT900S' endTime='2026-03-10T09:45:00Z'/>"
        + TYPES
        + "<measValue measObjLdn='o'>"
        + value
        + "</measValue></measInfo></measData>";
  }

  @ParameterizedTest
  @ValueSource(longs = {64 << 20, 1})
  void collapsesEqualKeys_whicheverBlocksTheyAreIn(long memory) {
    String text =
        "<measCollecFile>"
            + block("A", "<r p='1'>1</r><r p='2'>2</r>")
            + block("B", "<r p='1'>7</r>")
            + block("A", "<r p='1'>1</r><r p='2'>3</r><r p='3'>4</r>")
            + "</measCollecFile>";
    InputStream in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    CountedPm read = CountedPm.read(in, CountedPm.all("x"), temp, memory, true);
    assertThat(read.cells)
        .containsOnly(
            entry("A|G|o|a", "1.0"),
            entry("A|G|o|b", "3.0"),
            entry("A|G|o|c", "4.0"),
            entry("B|G|o|a", "7.0"));
    assertThat(read.rows).isEqualTo(2);
    assertThat(read.collapsed).isEqualTo(2);
    assertThat(read.conflicts).isEqualTo(1);
    assertThat(read.spilled > 0).isEqualTo(memory == 1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<measCollecFile/>",
        "<?xml version='1.0'?><measCollecFile/>",
        "garbage",
        "\0",
        "</x>",
        "&#32;"
      })
  void isBroken_whenSomethingFollowsTheRoot(String tail) {
    String text = file(TYPES + "<measValue measObjLdn='o'><r p='1'>1</r></measValue>");
    CountedPm read = read(text + "\n" + tail);
    assertThat(read.cells).containsOnly(entry("NE|G|o|a", "1.0"));
    RejectFile broken = read.counts.broken().orElseThrow();
    assertThat(broken.reason()).isEqualTo("not_well_formed");
    assertThat(broken.position()).startsWith("line 2");
    assertThat(read(text + "\n <!-- the end --> <?pi x?> ").counts.broken()).isEmpty();
  }

  @Test
  void readsMdc_whenItHasADoctypeThatMustNotBeLoaded() {
    String mdc =
        """
        <?xml version="1.0"?><!DOCTYPE mdc SYSTEM "http://127.0.0.1:1/MeasDataCollection.dtd">
        <mdc><mfh><sn>EMS</sn></mfh><md><neid><neun>RNC</neun><nedn>DC=x</nedn></neid>
        <mi><mts>20210301143000</mts><gp>900</gp><mt>a</mt><mt>b</mt>
        <mv><moid>Cell=1</moid><r>5</r><r>6</r><sf>TRUE</sf></mv>
        <mv><moid>Cell=2</moid><r>5</r></mv></mi></md></mdc>
        """;
    CountedPm read = read(mdc);
    assertThat(read.cells)
        .containsOnly(entry("DC=x||Cell=1|a", "5.0"), entry("DC=x||Cell=1|b", "6.0"));
    assertThat(read.suspectRows).isEqualTo(1);
    assertThat(read.counts.rejectedMeasValues).isEqualTo(1);
    assertThat(read.counts.firstEnd())
        .isEqualTo(Instant.parse("2021-03-01T14:30:00Z").getEpochSecond() * 1_000_000L);
  }

  @Test
  void passesOver_whatOnlyTheOtherVocabularyHas() {
    String other = "<measInfo measInfoId='X'><measType p='1'>c</measType></measInfo>";
    String mdc =
        "<mdc><fileHeader><fileSender localDn='no'/></fileHeader><md>"
            + "<managedElement localDn='no'/><neid localDn='no'><nedn>NE</nedn></neid>"
            + other
            + "<mi measInfoId='no'><granPeriod endTime='2020-01-01T00:00:00Z'/>"
            + "<mts>20210301143000</mts><mt>a</mt><measTypes>x y</measTypes>"
            + "<mv measObjLdn='no'><r>5</r><measResults>7</measResults>"
            + "<suspect>true</suspect></mv></mi></md></mdc>";
    CountedPm read = read(mdc);
    assertThat(read.cells).containsOnly(entry("NE|||a", "5.0"));
    assertThat(read.suspectRows).isZero();
    assertThat(read.counts.measInfos).isEqualTo(1);

    read =
        read(
            file(
                "<gp>60</gp><mts>20210301143000</mts><mt>x</mt><mv><moid>n</moid></mv>"
                    + TYPES
                    + "<measValue measObjLdn='o'><moid>no</moid><r p='1'>1</r>"
                    + "<sf>TRUE</sf></measValue>"));
    assertThat(read.cells).containsOnly(entry("NE|G|o|a", "1.0"));
    assertThat(read.suspectRows).isZero();
    assertThat(read.counts.measValues).isEqualTo(1);
  }

  @Test
  void takesTheFeedsZone_whenTimesHaveNone() {
    PmSettings berlin =
        new PmSettings(
            CountedPm.ALL, ZoneId.of("Europe/Berlin"), List.of(ElementFrom.LOCAL_DN), "");
    String text =
        file(TYPES + "<measValue measObjLdn='o'><r p='1'>1</r></measValue>")
            .replace("09:45:00Z", "09:45:00");
    CountedPm read =
        CountedPm.read(
            new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), berlin, temp);
    assertThat(read.counts.firstEnd())
        .isEqualTo(Instant.parse("2026-03-10T08:45:00Z").getEpochSecond() * 1_000_000L);
  }

  @Test
  void leavesOutCounters_whenTheFeedDoesNotWantThem() {
    CounterFilter filter = CounterFilter.of(List.of("G/*"), List.of("*/b"));
    CounterChoice choice = (group, counter) -> filter.includes(group, counter) ? counter : null;
    PmSettings settings =
        new PmSettings(choice, ZoneId.of("UTC"), List.of(ElementFrom.LOCAL_DN), "");
    String text =
        file(TYPES + "<measValue measObjLdn='o'><r p='1'>1</r><r p='2'>@</r></measValue>");
    CountedPm read =
        CountedPm.read(
            new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), settings, temp);
    assertThat(read.cells).containsOnly(entry("NE|G|o|a", "1.0"));
    assertThat(read.counts.values()).isEqualTo(1);
    assertThat(read.counts.filtered).isEqualTo(1);
    assertThat(read.rejected).isEmpty();
  }

  @Test
  void namesTheElement_fromTheFirstPlaceThatDoes() {
    String row = TYPES + "<measValue measObjLdn='o'><r p='1'>1</r></measValue>";
    assertThat(read(file(row)).elements).containsExactly("NE");
    assertThat(read(file(row).replace("localDn='NE'", "localDn='' userLabel='U/../x'")).elements)
        .containsExactly("U/../x");
    assertThat(read(file(row).replace("<managedElement localDn='NE'/>", "")).elements)
        .containsExactly("EMS");
    assertThat(
            read(file(row)
                    .replace("localDn='NE'", "localDn=''")
                    .replace("localDn='EMS'", "localDn=''"))
                .elements)
        .containsExactly("x");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\uFEFF<?xml version='1.0' encoding='UTF-8'?>",
        "\uFEFF\uFEFF",
        "\n  <?xml version='1.0'?>",
        "<!-- c --><?xml version='1.0'?>",
        "<?xml-stylesheet href='x'?>\n<?xml version='1.0'?>",
        "<?xml version='1.0'?><!-- c --><?pi x?>",
        ""
      })
  void reads_whateverStandsBeforeTheRoot(String prolog) {
    assertThat(read(prolog + file(TYPES + "<measValue><r p='1'>1</r></measValue>")).cellCount())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "ISO-8859-1", "GB18030", "windows-1252"})
  void readsTheCharsetOfThePrologOrMark(String name) {
    String text =
        "<?xml version='1.0' encoding='"
            + name
            + "'?>"
            + file(TYPES + "<measValue measObjLdn='é'><r p='1'>1</r></measValue>");
    assertThat(read(text.getBytes(Charset.forName(name))).cells)
        .containsOnly(entry("NE|G|é|a", "1.0"));
  }

  @Test
  void keepsWhatWasComplete_andSaysWhere_whenNotWellFormedAtTheEnd() {
    String text =
        file(
            TYPES
                + "<measValue measObjLdn='o'><r p='1'>1</r></measValue>\n<measValue><r p='1'>2</r>");
    CountedPm read = read(text.substring(0, text.indexOf("</measInfo>")));
    assertThat(read.cells).containsOnly(entry("NE|G|o|a", "1.0"));
    RejectFile broken = read.counts.broken().orElseThrow();
    assertThat(broken.reason()).isEqualTo("not_well_formed");
    assertThat(broken.position()).startsWith("line 2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "empty|",
        "empty|  \n ",
        "wrong_root|<OMeS/>",
        "wrong_root|<html><body/></html>",
        "not_well_formed|hello",
        "not_well_formed|<measCollecFile>",
        "not_well_formed|<measCollecFile></mdc>",
        "unknown_charset|<?xml version='1.0' encoding='nope'?><mdc/>",
        "not_well_formed|<?xml version='1.0'?><!-- only a comment -->",
        "entity|<!DOCTYPE mdc [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><mdc>&x;</mdc>"
      })
  void rejectsTheFileWithAReason(String reasonAndText) {
    int bar = reasonAndText.indexOf('|');
    assertThatThrownBy(() -> read(reasonAndText.substring(bar + 1)))
        .isInstanceOfSatisfying(
            RejectFile.class,
            e -> assertThat(e.reason()).isEqualTo(reasonAndText.substring(0, bar)));
  }

  @Test
  void neverExpandsEntities_whenLaughsAreABillion() {
    StringBuilder bomb = new StringBuilder("<!DOCTYPE mdc [<!ENTITY a0 'ha'>");
    for (int i = 1; i < 30; i++) {
      bomb.append("<!ENTITY a")
          .append(i)
          .append(" '&a")
          .append(i - 1)
          .append(";&a")
          .append(i - 1)
          .append(";'>");
    }
    String inText = bomb + "]><mdc>&a29;</mdc>";
    String inAttribute = bomb + "]><mdc x='&a29;'/>";
    assertThatThrownBy(() -> read(inText)).isInstanceOf(RejectFile.class);
    assertThatThrownBy(() -> read(inAttribute)).isInstanceOf(RejectFile.class);
  }

  @Test
  void rejects_whenOneTagOrTheDepthIsBeyondAllBounds() {
    InputStream endless =
        new SequenceInputStream(
            new ByteArrayInputStream("<mdc x='".getBytes(StandardCharsets.UTF_8)), new Endless());
    assertThatThrownBy(() -> CountedPm.read(endless, CountedPm.all("x"), temp))
        .isInstanceOfSatisfying(
            RejectFile.class, e -> assertThat(e.reason()).isEqualTo("token_too_large"));
    assertThatThrownBy(() -> read("<mdc>" + "<a>".repeat(100)))
        .isInstanceOfSatisfying(
            RejectFile.class, e -> assertThat(e.reason()).isEqualTo("too_deep"));
  }

  private static final class Endless extends InputStream {
    @Override
    public int read() {
      return 'x';
    }
  }

  @Test
  void readsAllOfIt_whenOneLineHasAHundredMegabytes() {
    String row =
        "<measValue measObjLdn='o=%d'><r p='1'>1</r><r p='2'>2.5</r><r p='3'>4</r></measValue>";
    int rows = 1_300_000;
    InputStream in = generated(row, rows);
    CountedPm read = CountedPm.read(in, CountedPm.all("x"), temp, 8 << 20, false);
    assertThat(read.cellCount()).isEqualTo(3L * rows);
    assertThat(read.sum).isEqualTo(7.5 * rows);
    assertThat(read.spilled).isPositive();
  }

  /** The file with so many rows, without ever holding it. */
  private static InputStream generated(String row, int rows) {
    String[] frame = file(TYPES + "#").split("#", -1);
    List<InputStream> parts =
        new AbstractList<>() {
          @Override
          public int size() {
            return rows / 1_000 + 2;
          }

          @Override
          public InputStream get(int part) {
            StringBuilder text = new StringBuilder();
            if (part == 0 || part == size() - 1) {
              text.append(part == 0 ? frame[0] : frame[1]);
            } else {
              for (int i = 0; i < 1_000; i++) {
                text.append(row.replace("%d", String.valueOf(part * 1_000 + i)));
              }
            }
            return new ByteArrayInputStream(text.toString().getBytes(StandardCharsets.UTF_8));
          }
        };
    return new SequenceInputStream(Collections.enumeration(parts));
  }

  @Test
  void storesHostileNamesAsTheyAre() throws IOException {
    String name = "select\"; drop table x; --" + "ü".repeat(200);
    String types =
        "<measType p='1'>"
            + name.replace("\"", "&quot;")
            + "</measType><measType p='2'>"
            + "n".repeat(700)
            + "</measType>";
    CountedPm read =
        read(file(types + "<measValue measObjLdn='o'><r p='1'>1</r><r p='2'>2</r></measValue>"));
    assertThat(read.cells).containsOnly(entry("NE|G|o|" + name, "1.0"));
    assertThat(read.rejected).containsOnly(java.util.Map.entry("counter_name", 1L));
  }

  @Test
  void ignoresNamespaces_whenTheyAreMixed() {
    String text =
        "<p:measCollecFile xmlns:p='urn:a' xmlns='urn:b'><measData><x:managedElement xmlns:x='urn:c' localDn='NE'/>"
            + "<p:measInfo measInfoId='G'><granPeriod endTime='2026-03-10T09:45:00Z' duration='PT1M'/>"
            + "<p:measType p='1'>a</p:measType><measValue measObjLdn='o'><p:r p='1'>1</p:r></measValue>"
            + "</p:measInfo></measData></p:measCollecFile>";
    assertThat(read(text).cells).containsOnly(entry("NE|G|o|a", "1.0"));
  }
}
