package io.sluice.handler.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.fate.RejectFile;
import io.sluice.handler.csv.CsvTokenizer.Fault;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CsvTokenizerTest {

  private static final CsvDialect PLAIN = new CsvDialect(",", '"', '\0', "", true);

  private static List<List<String>> rows(String text, CsvDialect dialect) throws IOException {
    CsvTokenizer tokens = new CsvTokenizer().open(new Trickle(text), dialect, 1 << 20);
    List<List<String>> rows = new ArrayList<>();
    while (tokens.next()) {
      List<String> row = new ArrayList<>();
      for (int i = 0; i < tokens.count(); i++) {
        row.add(tokens.text(i));
      }
      rows.add(row);
    }
    return rows;
  }

  /** Gives a few chars at a time, so that every place is an edge of the buffer once. */
  private static final class Trickle extends Reader {
    private final StringReader in;
    private final Random random = new Random(3);

    Trickle(String text) {
      in = new StringReader(text);
    }

    @Override
    public int read(char[] chars, int offset, int length) throws IOException {
      return in.read(chars, offset, Math.min(length, 1 + random.nextInt(3)));
    }

    @Override
    public void close() {
      in.close();
    }
  }

  @Test
  void readsQuotesNewlinesAndLineEndsOfAllKinds() throws IOException {
    assertThat(rows("a,\"b \"\"x\"\"\r\ny\",c\r\n\n1,,\r \"q\" , t ,\n\nlast", PLAIN))
        .containsExactly(
            List.of("a", "b \"x\"\r\ny", "c"),
            List.of("1", "", ""),
            List.of("q", "t", ""),
            List.of("last"));
  }

  @Test
  void understandsEscapesCommentsAndLongDelimiters() throws IOException {
    CsvDialect dialect = new CsvDialect("||", '\'', '\\', "#", false);
    assertThat(rows("# no\n'a\\'b'|| c|d||\n#no\nx", dialect))
        .containsExactly(List.of("a'b", " c|d", ""), List.of("x"));
  }

  @Test
  void saysWhatIsWrong_andGoesOn() throws IOException {
    CsvTokenizer tokens =
        new CsvTokenizer().open(new StringReader("\"a\"x,b\n1,2\n\"open\n3,4"), PLAIN, 1 << 20);
    tokens.next();
    assertThat(tokens.fault()).isEqualTo(Fault.TEXT_AFTER_QUOTE);
    assertThat(tokens.raw(100)).isEqualTo("\"a\"x,b");
    tokens.next();
    assertThat(tokens.fault()).isEqualTo(Fault.NONE);
    assertThat(tokens.line()).isEqualTo(2);
    tokens.next();
    assertThat(tokens.fault()).isEqualTo(Fault.UNCLOSED_QUOTE);
    assertThat(tokens.line()).isEqualTo(3);
    assertThat(tokens.next()).isFalse();
  }

  @Test
  void rejects_whenARowIsBeyondAllBounds() {
    String text = "a,b\n\"" + "x".repeat(3 << 20);
    CsvTokenizer tokens = new CsvTokenizer().open(new StringReader(text), PLAIN, 1 << 20);
    assertThatThrownBy(
            () -> {
              while (tokens.next()) {
                assertThat(tokens.count()).isPositive();
              }
            })
        .isInstanceOfSatisfying(
            RejectFile.class, e -> assertThat(e.position()).isEqualTo("line 2"));
  }
}
