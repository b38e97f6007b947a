package io.sluice.core.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sluice.core.catalog.Dimensions.Kind;
import io.sluice.core.chunk.UsedIds;
import io.sluice.core.feed.FeedTarget.Grants;
import io.sluice.core.sql.Transactions;
import io.sluice.testkit.EmbeddedDatabase;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
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

  private static int id(NameIds ids, String name) {
    byte[] utf8 = ("<" + name + ">").getBytes(StandardCharsets.UTF_8);
    return ids.id(utf8, 1, utf8.length - 2);
  }

  @Test
  void givesStandIns_untilABatchsNamesAreNumbered() {
    Dimensions dimensions = new Dimensions(transactions);
    int known = dimensions.ids("pm", Kind.OBJECT, List.of("Cell=1"), NO_GRANTS).get("Cell=1");
    BatchIds batch = dimensions.batch(NO_GRANTS);
    NameIds objects = batch.of("pm", Kind.OBJECT);
    NameIds elements = batch.of("pm", Kind.ELEMENT);
    int first = id(objects, "Cell=1");
    int second = id(objects, "Cell=2");
    int element = id(elements, "Cell=1");
    assertThat(List.of(first, second, element)).allMatch(id -> id < 0).doesNotHaveDuplicates();
    assertThat(id(objects, "Cell=2")).isEqualTo(second);

    batch.resolve();
    assertThat(batch.id(first)).isEqualTo(known);
    assertThat(batch.id(second)).isPositive().isNotEqualTo(known);
    assertThat(id(objects, "Cell=2")).isEqualTo(batch.id(second));
    assertThat(batch.used())
        .extracting(UsedIds::table, used -> used.keys().keySet())
        .containsExactlyInAnyOrder(
            tuple("dim_object", Set.of(known, batch.id(second))),
            tuple("dim_element", Set.of(batch.id(element))));

    int number = batch.id(second);
    batch.clear();
    assertThat(batch.used()).isEmpty();
    assertThat(id(objects, "Cell=2")).as("known by now").isEqualTo(number);
    assertThat(batch.used()).hasSize(1);
    assertThat(id(dimensions.batch(NO_GRANTS).of("pm", Kind.OBJECT), "Cell=2")).isEqualTo(number);
  }

  @Test
  void makesTablesAgain_whenTheyWereDropped() {
    Dimensions dimensions = new Dimensions(transactions);
    dimensions.ids("pm", Kind.ELEMENT, List.of("a"), NO_GRANTS);
    transactions.ledger(c -> c.createStatement().execute("drop schema pm cascade"));
    assertThat(dimensions.ids("pm", Kind.ELEMENT, List.of("a", "b"), NO_GRANTS).values())
        .containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void findsEveryNameOfALargeNetwork() {
    IdTable table = new IdTable();
    NameHash hash = new NameHash();
    int names = 500_000;
    for (int i = 0; i < names; i++) {
      byte[] name = name(i);
      assertThat(table.find(hash.of(name, 0, name.length))).isNegative();
      table.add(hash, i + 1, i, -i);
    }
    for (int i = 0; i < names; i++) {
      byte[] name = name(i);
      int entry = table.find(hash.of(name, 0, name.length));
      assertThat(table.id(entry)).isEqualTo(i + 1);
      assertThat(table.key(entry)).isEqualTo(new UUID(i, -i));
    }
    byte[] other = name(names);
    assertThat(table.find(hash.of(other, 0, other.length))).isNegative();
    table.clear();
    assertThat(table.find(hash.of(name(1), 0, name(1).length))).isNegative();
  }

  private static byte[] name(int number) {
    return ("SubNetwork=1,ManagedElement=gNB" + number / 12 + ",NRCellDU=" + number % 12)
        .getBytes(StandardCharsets.UTF_8);
  }
}
