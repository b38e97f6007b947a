package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class OneConnectionEachTest {

  @Test
  void refusesASecondConnection_untilTheFirstIsClosed() throws Exception {
    DataSource each = OneConnectionEach.of(EmbeddedDatabase.shared().createDatabase().dataSource());
    try (Connection first = each.getConnection()) {
      assertThat(first.isValid(1)).isTrue();
      assertThatThrownBy(each::getConnection).isInstanceOf(AssertionError.class);
    }
    try (Connection next = each.getConnection()) {
      assertThat(next.isValid(1)).isTrue();
    }
  }
}
