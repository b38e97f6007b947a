package io.sluice.core.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NamesTest {

  @Test
  void normalisesCaseAndPunctuation() {
    assertThat(Names.normalise("NRCellDU")).isEqualTo("nrcelldu");
    assertThat(Names.normalise("PM=1,PmGroup=X")).isEqualTo("pm_1_pmgroup_x");
    assertThat(Names.normalise("5.1.1.1.1")).isEqualTo("_5_1_1_1_1");
    assertThat(Names.normalise("a\";drop table x;--")).isEqualTo("a_drop_table_x_");
    assertThat(Names.normalise("  ")).isEqualTo("_");
    assertThat(Names.normalise("Größe中")).isEqualTo("größe中");
  }

  @Test
  void staysWithin63Bytes_whenNamesAreLong() {
    for (String name : new String[] {"x".repeat(200), "中".repeat(80), "a".repeat(62) + "中"}) {
      for (String suffix : new String[] {"", "__vector_numeric", "_2"}) {
        String unique = Names.unique(name, suffix, Set.of());
        assertThat(unique.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(63);
        assertThat(unique).endsWith(suffix);
      }
    }
  }

  @Test
  void keepsApart_whatIsEqualAfterNormalisingOrShortening() {
    Set<String> taken = new HashSet<>();
    String prefix = "pm".repeat(60);
    for (String name : new String[] {"a.b", "a_b", "A-B", prefix + "1", prefix + "2"}) {
      String unique = Names.unique(name, "", taken);
      assertThat(taken).doesNotContain(unique);
      taken.add(unique);
    }
  }

  @Test
  void avoidsNamesThatEveryTableHas() {
    for (String name : new String[] {"_VERSION", "ctid", "_file"}) {
      assertThat(Names.unique(name, "", Set.of()))
          .startsWith(name.toLowerCase(java.util.Locale.ROOT) + "_");
    }
  }
}
