package io.sluice.handler.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.chunk.Segment;
import io.sluice.core.feed.Feed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PmHandlingTest {

  private static final String FOREVER = "mode: merge, partition: {by: day, ahead: 3d}";

  @TempDir Path temp;
  private HandleFixture fixture;

  @BeforeEach
  void start() throws IOException {
    fixture = new HandleFixture(temp);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  static String file(String end, String body) {
    return """
        <?xml version="1.0"?>
        <measCollecFile xmlns="http://www.3gpp.org/ftp/specs/archive/32_series/32.435#measCollec">
         <fileHeader><fileSender localDn="EMS"/></fileHeader>
         <measData><managedElement localDn="gNB1"/>
          <measInfo measInfoId="NRCellDU">
           <granPeriod duration="PT900S" endTime="%s"/>
           %s
          </measInfo></measData></measCollecFile>
        """
        .formatted(end, body);
  }

  private static final String TYPES =
      "<measType p='1'>pmA</measType><measType p='2'>pmB</measType><measType p='3'>pmC</measType>";

  private static String row(String object, String... values) {
    StringBuilder row = new StringBuilder("<measValue measObjLdn='" + object + "'>");
    for (int i = 0; i < values.length; i++) {
      if (values[i] != null) {
        row.append("<r p='").append(i + 1).append("'>").append(values[i]).append("</r>");
      }
    }
    return row.append("</measValue>").toString();
  }

  @Test
  void stagesExactRows_whenAllKindsOfValuesCome() throws IOException {
    Feed feed = fixture.pmFeed("{}", FOREVER);
    String body =
        TYPES
            + row("Cell=1", "5", "9007199254740993", "1,,3")
            + row("Cell=2", "1.5", "NIL", null)
            + row("Cell=3", "@x@", "", "0.12345678901234567890,1");
    long id = fixture.handle(feed, "/in/a.xml", file("2026-03-10T09:45:00Z", body));

    assertThat(fixture.state(id)).isEqualTo("handled");
    assertThat(fixture.published).hasSize(1);
    assertThat(fixture.lacking(feed))
        .containsExactly("", "", "pma", "pmc__vector_numeric", "pmc__vector");
    fixture.load(feed);

    assertThat(
            fixture.column(
                """
                select concat_ws('|', end_time at time zone 'UTC', granularity, suspect, pma, pmb__numeric)
                from pm.nrcelldu t join pm.dim_object o on o.id = t.object order by o.name
                """))
        .containsExactly(
            "2026-03-10 09:45:00|900|f|5|9007199254740993",
            "2026-03-10 09:45:00|900|f|1.5",
            "2026-03-10 09:45:00|900|f");
    assertThat(
            fixture.column(
                "select pmc__vector::text from pm.nrcelldu_vector where pmc__vector is not null"))
        .containsExactly("{1,NULL,3}");
    assertThat(
            fixture.column(
                "select pmc__vector_numeric::text from pm.nrcelldu_vector where pmc__vector_numeric is not null"))
        .containsExactly("{0.12345678901234567890,1}");
    assertThat(fixture.column("select name from pm.dim_object order by name"))
        .containsExactly("Cell=1", "Cell=2", "Cell=3");
    assertThat(fixture.column("select reason || ' ' || item || ' ' || raw from sluice.reject"))
        .containsExactly("not_a_number pmA @x@");
    assertThat(
            fixture.text(
                "select concat_ws(' ', read, collapsed, rejected) from sluice.work where file_id = "
                    + id))
        .isEqualTo("8 0 1");
  }

  @Test
  void countsCellsExactly_whenRowsCollapseAndLieOutside() throws IOException {
    Feed feed = fixture.pmFeed("{}", "mode: append, partition: {by: day, ahead: 3d, keep: 7d}");
    String inside =
        file("2026-03-10T09:45:00Z", TYPES + row("Cell=1", "1", "2") + row("Cell=1", "1", "3"));
    long id = fixture.handle(feed, "/in/a.xml", inside);
    assertThat(
            fixture.text(
                "select concat_ws(' ', read, collapsed, conflicts, rejected) from sluice.work where file_id = "
                    + id))
        .isEqualTo("4 2 1 0");
    long late = fixture.handle(feed, "/in/b.xml", inside.replace("2026-03", "2097-03"));
    assertThat(
            fixture.text(
                "select concat_ws(' ', read, collapsed, rejected) from sluice.work where file_id = "
                    + late))
        .isEqualTo("4 2 2");
    List<Segment> heads = fixture.segments(feed);
    assertThat(heads).extracting(Segment::cells).containsExactly(2L, 0L);
    assertThat(heads.get(0).partitions()).containsExactly(1_773_100_800_000_000L);
    assertThat(heads.get(0).keys()).isEmpty();
    assertThat(heads.get(1).tableId()).isEqualTo(Segment.REJECTS);
  }

  @Test
  void makesOneRowOfAKey_whenItComesInFarBlocksAndTheTargetAppends() throws IOException {
    Feed feed = fixture.pmFeed("{}", "mode: append, partition: {by: day, ahead: 3d}");
    String one = file("2026-03-10T09:45:00Z", TYPES + row("Cell=1", "1", "2"));
    int from = one.indexOf("<measData>");
    int to = one.indexOf("</measCollecFile>");
    String block = one.substring(from, to);
    String other = block.replace("gNB1", "gNB2");
    String again = block.replace("<r p='2'>2</r>", "<r p='2'>5</r><r p='3'>6</r>");
    long id =
        fixture.handle(feed, "/in/a.xml", one.substring(0, to) + other + again + one.substring(to));
    fixture.load(feed);
    assertThat(
            fixture.column(
                """
                select concat_ws('|', e.name, pma, pmb, pmc)
                from pm.nrcelldu t join pm.dim_element e on e.id = t.element order by 1
                """))
        .containsExactly("gNB1|1|5|6", "gNB2|1|2");
    assertThat(
            fixture.text(
                "select concat_ws(' ', read, collapsed, conflicts, rejected) from sluice.work where file_id = "
                    + id))
        .isEqualTo("7 2 1 0");
  }

  @Test
  void keepsWhatWasComplete_whenASmallPackedFileBreaksOff() throws IOException {
    String rows = row("Cell=1", "1") + row("Cell=2", "2");
    byte[] packed = HandleFixture.gzip(file("2026-03-10T09:45:00Z", TYPES + rows));
    byte[] tail = Arrays.copyOf(packed, packed.length + 1);
    tail[packed.length] = 0x1f;
    Feed feed = fixture.pmFeed("{}", "mode: append, partition: {by: day, ahead: 3d}");
    long id = fixture.handle(feed, "/in/a.xml.gz", tail);
    assertThat(fixture.state(id)).isEqualTo("handled");
    fixture.load(feed);
    assertThat(fixture.number("select count(*) from pm.nrcelldu")).isEqualTo(2);
    assertThat(fixture.text("select reason || ' ' || message from sluice.reject"))
        .startsWith("truncated byte " + (packed.length + 1) + ", unpacked byte");

    Feed strict =
        fixture.pmFeed("{onTruncated: reject}", "mode: append, partition: {by: day, ahead: 3d}");
    long second = fixture.handle(strict, "/in/b.xml.gz", tail);
    assertThat(fixture.state(second)).isEqualTo("rejected");
  }
}
