package io.sluice.pgtask.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TableNameTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "pm.cdr|pm|cdr",
        "pm.\"a.b\"|pm|a.b",
        "\"p.m\".cdr|p.m|cdr",
        "pm.\"a \"\"b\"\"\"|pm|a \"b\"",
      })
  void readsWhatItWrites(String text, String schema, String name) {
    TableName table = new TableName(schema, name);
    assertThat(TableName.parse(text)).isEqualTo(table);
    assertThat(table).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cdr", ".cdr", "pm.", "\"p.m.cdr", "pm.\"cdr", "\"pm\"x.cdr"})
  void refusesOtherTexts(String text) {
    assertThatThrownBy(() -> TableName.parse(text)).hasMessageContaining("write schema.table");
  }

  @Test
  void meansOneTable_whereQuotesHoldPointsAndStars() {
    TableGlobs globs = TableGlobs.of(List.of("\"p.m\".\"a*\"", "pm.b*"));
    assertThat(globs.match(new TableName("p.m", "a*"))).isTrue();
    assertThat(globs.match(new TableName("p", "m.a*"))).isFalse();
    assertThat(globs.match(new TableName("p.m", "ab"))).isFalse();
    assertThat(globs.match(new TableName("pm", "b.c"))).isTrue();
    assertThat(globs.names(new TableName("p.m", "a*"))).isTrue();
    assertThat(globs.names(new TableName("pm", "b.c"))).isFalse();
  }
}
