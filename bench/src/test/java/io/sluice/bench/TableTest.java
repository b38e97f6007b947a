package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void printsMarkdownThatLinesUp_whenCellsDifferInWidth() {
    Table table = new Table("wave", "wall s");
    table.add("cold", "12.3");
    table.add("warm, second", Table.number(1234.4));
    ByteArrayOutputStream printed = new ByteArrayOutputStream();

    table.print(new PrintStream(printed, true, StandardCharsets.UTF_8));

    assertThat(printed.toString(StandardCharsets.UTF_8))
        .isEqualToNormalizingNewlines(
            """
            | wave         | wall s |
            |--------------|-------:|
            | cold         |   12.3 |
            | warm, second |  1,234 |

            """);
  }

  @Test
  void keepsThreeFigures_whenNumbersAreSmall() {
    assertThat(Table.number(0.126)).isEqualTo("0.13");
    assertThat(Table.number(12.34)).isEqualTo("12.3");
    assertThat(Table.number(123.4)).isEqualTo("123");
  }
}
