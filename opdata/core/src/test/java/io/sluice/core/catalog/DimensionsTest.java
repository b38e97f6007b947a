package io.sluice.core.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.catalog.Dimensions.Kind;
import io.sluice.core.feed.FeedTarget.Grants;
import io.sluice.core.sql.Transactions;
import io.sluice.testkit.EmbeddedDatabase;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DimensionsTest {

  private static final Grants NO_GRANTS = new Grants(Optional.empty(), Optional.empty(), List.of());

  private final EmbeddedDatabase.Database database = EmbeddedDatabase.shared().createDatabase();
  private final Transactions transactions = new Transactions(database.dataSource());

  @Test
  void numbersNamesOnce_acrossReplicas() {
    List<String> names = IntStream.range(0, 500).mapToObj(i -> "Cell=" + i + ",'\"").toList();
    List<Map<String, Integer>> answers =
        IntStream.range(0, 6)
            .parallel()
            .mapToObj(i -> new Dimensions(transactions).ids("pm\"x", Kind.OBJECT, names, NO_GRANTS))
            .toList();
    assertThat(answers).containsOnly(answers.get(0));
    assertThat(answers.get(0).values()).hasSize(500).doesNotHaveDuplicates();
  }

  @Test
  void keepsLongAndEmptyNames() {
    Dimensions dimensions = new Dimensions(transactions);
    List<String> names = List.of("", "x".repeat(5000), "../../etc/passwd");
    Map<String, Integer> ids = dimensions.ids("pm", Kind.ELEMENT, names, NO_GRANTS);
    assertThat(ids.keySet()).containsExactlyInAnyOrderElementsOf(names);
    assertThat(dimensions.ids("pm", Kind.ELEMENT, names, NO_GRANTS)).isEqualTo(ids);
  }

  @Test
  void asksAgain_whenTheEpochChanged() {
    Dimensions dimensions = new Dimensions(transactions);
    dimensions.atEpoch(1);
    dimensions.ids("pm", Kind.ELEMENT, List.of("a"), NO_GRANTS);
    transactions.ledger(c -> c.createStatement().execute("truncate pm.dim_element"));
    dimensions.atEpoch(2);
    int again = dimensions.ids("pm", Kind.ELEMENT, List.of("a"), NO_GRANTS).get("a");
    String id =
        transactions.ledger(
            c -> {
              try (var rows = c.createStatement().executeQuery("select id from pm.dim_element")) {
                rows.next();
                return rows.getString(1);
              }
            });
    assertThat(id).isEqualTo(String.valueOf(again));
  }
}
