package io.sluice.handler.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.feed.Feed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Small files that other readers got wrong, where these are at hand. */
@EnabledIfEnvironmentVariable(named = "SLUICE_SHARED_DATA", matches = ".+")
class FieldCasesTest {

  private static final String THREE = "{columns: {id: integer, cell: text, v: integer}}";

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

  private String outcome(String file, String format, String target) throws IOException {
    Feed feed =
        fixture.feed(
            """
            feed: f
            source: {directory: {path: "/in/*"}}
            format: {csv: %s}
            target: {table: c.t, %s}
            """
                .formatted(format, target));
    Path path = Path.of(System.getenv("SLUICE_SHARED_DATA"), "field").resolve(file);
    long id = fixture.handle(feed, "/in/" + path.getFileName(), Files.readAllBytes(path));
    String state = fixture.state(id);
    if (!state.equals("handled")) {
      return state + " " + fixture.reason(id).replaceAll("[: ].*", "");
    }
    fixture.load(feed);
    return fixture.text(
        """
        select concat_ws(' ', read, collapsed, rejected,
          (select string_agg(distinct reason, ',') from sluice.reject r where r.file_id = w.file_id),
          (select string_agg(column_name, ',' order by ordinal) from sluice.counter))
        from sluice.work w where file_id = %d
        """
            .formatted(id));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "good|200 0 0 id,cell,v",
        "zerothenmember|200 0 0 id,cell,v",
        "badmagic|100 0 0 corrupt_gzip id,cell,v",
        "badmethod|100 0 0 corrupt_gzip id,cell,v",
        "plaintail|100 0 0 corrupt_gzip id,cell,v",
        "cut1|100 0 0 truncated id,cell,v",
        "cut5|100 0 0 truncated id,cell,v",
        "cut10|100 0 0 truncated id,cell,v"
      })
  void saysWhatFollowsAGzipMember(String file, String expected) throws IOException {
    assertThat(outcome("12/csv/" + file + ".csv.gz", THREE, "partition: {by: none}"))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "14/dbomcols.csv|{columns: {id: integer, cell: text}}|2 0 0 id,cell",
        "15/in/ragged.csv|{strict: false}|4 0 0 column_1,column_2,column_3,column_4,column_5,column_6,column_7",
        "15/in/deccomma_all.csv|{}|2 0 0 x_y,u_v",
        "15/in/decimal2.csv|{}|3 0 0 zelle,last",
        "15/in/pipe.csv|{}|2 0 0 id,when,text",
        "15/in/tabs.csv|{}|2 0 0 id,name_first,v",
        "15/in/metadata.csv|{}|3 0 0 id,name,v",
        "15/in/lists.csv|{}|3 0 0 id,flag,cost,group,sub,merge",
        "15/in/dupheader.csv|{}|1 0 0 id,v,v_2",
        "15/in/single.csv|{}|3 0 0 cell",
        "19b/dupauto.csv|{}|29 0 0 id,name,value,value_2",
        "19b/dupcols.csv|{columns: {id: integer, value: integer}}|rejected ambiguous_column",
      })
  void guessesWhatHoldsThroughTheFile(String file, String format, String expected)
      throws IOException {
    assertThat(outcome(file, format, "partition: {by: none}")).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = "3 1 0 when,cell,v")
  void countsEqualKeysAsCollapsed(String expected) throws IOException {
    String format =
        "{dateFormats: ['uuuu-MM-dd HH:mm'], columns: {when: timestamptz, cell: text, v: integer}}";
    assertThat(
            outcome(
                "23/in/dup.csv",
                format,
                "time: when, key: [when, cell], mode: merge, partition: {by: none}"))
        .isEqualTo(expected);
  }
}
