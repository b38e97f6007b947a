package io.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.message.Stage;
import io.sluice.core.ops.TableVerification;
import io.sluice.core.ops.TableVerification.Loss;
import io.sluice.core.ops.TimeRange;
import io.sluice.core.work.FileCloser;
import io.sluice.core.work.FileCloser.End;
import io.sluice.core.work.FileCloser.Ending;
import io.sluice.core.work.StageProtocol;
import io.sluice.loader.PmContent.Row;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tables counted by the file each row came from, against what the ledger says. */
class TableVerificationTest {

  private static final Instant DAY_BEFORE = TestLine.END.minus(Duration.ofDays(1));
  private static final String PARTITION = "pm.nrcelldu_p20261119";

  @TempDir Path directory;
  private TestLine line;
  private StageProtocol loader;

  private void open(String mode) throws Exception {
    line =
        new TestLine(
            directory,
            "{table: \"pm.{measInfoId}\", mode: %s, partition: {by: day, keep: 90d}}"
                .formatted(mode));
    loader = line.loader();
  }

  @AfterEach
  void stop() {
    line.close();
  }

  private long load(String path, int version, Row... rows) {
    long file = line.file(path, version, List.of(rows));
    line.load(loader);
    return file;
  }

  private long twoDays(String path) {
    return load(
        path,
        0,
        Row.of(path + "1", "pmA", 1.0),
        Row.of(path + "2", "pmA", 2.0),
        Row.of(path + "3", "pmA", 3.0).at(DAY_BEFORE));
  }

  private TableVerification.Result verify() {
    return new TableVerification(line.transactions, table -> {}).verify("pm", TimeRange.ALL);
  }

  /** expected = there + expired + missing; replaced, files. */
  private String counts() {
    return verify().counts().stream()
        .map(
            c ->
                "%s: %d = %d + %d + %d; %d, %d"
                    .formatted(
                        c.table(),
                        c.expected(),
                        c.there(),
                        c.expired(),
                        c.missing(),
                        c.replaced(),
                        c.files()))
        .toList()
        .toString();
  }

  private String losses() {
    return verify().losses().stream()
        .map(
            l ->
                "%d %s %d of %d %s%s"
                    .formatted(
                        l.fileId(),
                        l.table(),
                        l.there(),
                        l.expected(),
                        l.state(),
                        l.since() == null ? "" : " since " + l.since()))
        .toList()
        .toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"append", "merge"})
  void findsNothing_whenAllIsThere_alsoAfterAReplay(String mode) throws Exception {
    open(mode);
    long file = twoDays("a");
    twoDays("b");
    assertThat(counts()).isEqualTo("[pm.nrcelldu: 6 = 6 + 0 + 0; 0, 2]");
    String before = line.counts(file);
    line.replay(file);
    line.load(loader);

    assertThat(line.counts(file)).isEqualTo(before).isEqualTo("loaded: 3+0+0+0+0+0=3, exact");
    assertThat(counts()).isEqualTo("[pm.nrcelldu: 6 = 6 + 0 + 0; 0, 2]");
    assertThat(verify().missing()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"append", "merge"})
  void namesFileAndTable_whenRowsWereDeleted_andNothingAfterTheReplay(String mode)
      throws Exception {
    open(mode);
    long file = twoDays("a");
    twoDays("b");
    line.sql("delete from pm.nrcelldu where _file = %d and pma > 1".formatted(file));

    assertThat(losses()).isEqualTo("[%d pm.nrcelldu 1 of 3 missing]".formatted(file));
    assertThat(counts()).isEqualTo("[pm.nrcelldu: 6 = 4 + 0 + 2; 0, 2]");
    line.replay(file);
    line.load(loader);
    assertThat(losses()).isEqualTo("[]");
  }

  @Test
  void namesEachFile_whenTheTableWasTruncatedOrDropped() throws Exception {
    open("append");
    long one = twoDays("a");
    long two = twoDays("b");
    String expected =
        "[%d pm.nrcelldu 0 of 3 missing, %d pm.nrcelldu 0 of 3 missing]".formatted(one, two);
    line.sql("truncate pm.nrcelldu");
    assertThat(losses()).isEqualTo(expected);
    line.sql("drop table pm.nrcelldu cascade");
    assertThat(losses()).isEqualTo(expected);
  }

  @Test
  void tellsWhichOfAFilesTablesLacksRows() throws Exception {
    open("append");
    line.group = "Other";
    long other = load("o", 0, Row.of("c1", "pmX", 1.0));
    line.group = "NRCellDU";
    long file = twoDays("a");
    line.sql(
        "update sluice.file f set tables = f.tables || o.tables, table_rows = f.table_rows || o.table_rows"
            + " from sluice.file o where f.id = %d and o.id = %d".formatted(file, other),
        "update pm.other set _file = " + file,
        "update sluice.file set tables = '{}', table_rows = '{}' where id = " + other);
    assertThat(losses()).isEqualTo("[]");
    line.sql("delete from pm.other");
    assertThat(losses()).isEqualTo("[%d pm.other 0 of 1 missing]".formatted(file));
  }

  @Test
  void callsItMissing_whenAPartitionWasDroppedByHand_andExpired_whenATaskDidIt() throws Exception {
    open("append");
    long file = twoDays("a");
    load("now", 0, Row.of("c1", "pmA", 1.0));
    line.sql("drop table " + PARTITION);
    assertThat(losses()).isEqualTo("[%d pm.nrcelldu 2 of 3 missing]".formatted(file));

    line.sql(
        """
        insert into sluice.expired_partition (task, database, schema_name, parent_name, partition_schema,
          partition_name, oid, lower_bound, upper_bound, action, bytes, decided_at, done_at)
        values ('feed/pm', 'warehouse', 'pm', 'nrcelldu', 'pm', 'nrcelldu_p20261119', 1, '''2026-11-19 00:00:00+00''',
          '''2026-11-20 00:00:00+00''', 'drop', 0, '2026-11-21Z', '2026-11-21Z')
        """);
    assertThat(losses())
        .isEqualTo("[%d pm.nrcelldu 2 of 3 expired since 2026-11-21T00:00:00Z]".formatted(file));
    assertThat(verify().missing()).isZero();

    line.sql("delete from pm.nrcelldu where _file <> " + file);
    assertThat(verify().losses()).extracting(Loss::state).containsExactly("expired", "missing");
  }

  @Test
  void expectsNoRows_thatANewerFileTookOver() throws Exception {
    open("merge");
    long first = load("a", 0, Row.of("c1", "pmA", 1.0), Row.of("c2", "pmA", 2.0));
    load("b", 5, Row.of("c1", "pmA", 10.0), Row.of("c3", "pmA", 3.0));
    load("late", 1, Row.of("c1", "pmB", 7.0));
    assertThat(counts()).isEqualTo("[pm.nrcelldu: 3 = 3 + 0 + 0; 1, 3]");

    line.sql("delete from pm.nrcelldu where pma = 2");
    assertThat(losses()).isEqualTo("[%d pm.nrcelldu 0 of 1 missing]".formatted(first));
    line.replay(first);
    line.load(loader);
    assertThat(counts()).isEqualTo("[pm.nrcelldu: 3 = 3 + 0 + 0; 0, 3]");
  }

  @Test
  void expectsWhatIsThere_whenAHandledReplayIsLost() throws Exception {
    open("merge");
    long first = load("a", 0, Row.of("c1", "pmA", 1.0), Row.of("c2", "pmA", 2.0));
    load("b", 5, Row.of("c1", "pmA", 10.0), Row.of("c3", "pmA", 3.0));
    String before = line.counts(first);
    line.replay(first);
    line.handleAll();
    line.ledger(
        c -> {
          FileCloser.close(
              c, List.of(new Ending(first, End.REJECTED, Stage.FETCH, "vanished: gone", null)));
          return null;
        });

    assertThat(line.counts(first)).isEqualTo(before).startsWith("loaded: ");
    assertThat(counts()).isEqualTo("[pm.nrcelldu: 3 = 3 + 0 + 0; 1, 2]");
    assertThat(losses()).isEqualTo("[]");
  }

  @Test
  void expectsWhatIsThere_whenAReplayIsRejectedAfterItsChunkWasLost() throws Exception {
    open("merge");
    long file = load("a", 0, Row.of("c1", "pmA", 1.0), Row.of("c2", "pmA", 2.0));
    String before = line.counts(file);
    line.replay(file);
    line.handleAll();
    line.ledger(
        c -> {
          FileCloser.close(c, file, End.REJECTED, Stage.HANDLE, "broken_xml: not XML", "line 3");
          return null;
        });

    assertThat(line.counts(file)).isEqualTo(before).startsWith("loaded: ");
    assertThat(counts()).isEqualTo("[pm.nrcelldu: 2 = 2 + 0 + 0; 0, 1]");
    assertThat(losses()).isEqualTo("[]");
  }

  @Test
  void doesNotGuess_whatAnEarlierReleaseDidNotCount() throws Exception {
    open("merge");
    load("a", 0, Row.of("c1", "pmA", 1.0));
    line.sql("update sluice.file set table_rows = '{}', rows = 5");
    assertThat(verify().counts())
        .singleElement()
        .satisfies(c -> assertThat(c.unknown()).isEqualTo(1));
    assertThat(losses()).isEqualTo("[]");
  }
}
