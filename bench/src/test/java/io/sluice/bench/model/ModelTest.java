package io.sluice.bench.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.bench.model.Content.Row;
import io.sluice.bench.model.ModelFeed.Kind;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The model's own rules, which are those of docs/architecture.md. */
class ModelTest {

  private static final String KEY = "t|e|o";

  private static Model model(Kind kind) {
    return new Model(List.of(new ModelFeed(kind, 0, false, false, "keep")));
  }

  private static Content content(String... cells) {
    Map<String, String> fields = new HashMap<>();
    Arrays.stream(cells)
        .map(cell -> cell.split("=", 2))
        .forEach(cell -> fields.put(cell[0], cell[1].isEmpty() ? null : cell[1]));
    return new Content(new byte[0], true, List.of(new Row("g1", KEY, fields)), 0);
  }

  /** A file is delivered, handled and loaded. */
  private static Version load(Model model, String path, int second, Content content) {
    Version version = new Version(0, path, second * 1_000_000L, 0);
    model.delivered(version, content, Map.of());
    model.handled(version, false);
    model.loaded(List.of(version));
    return version;
  }

  private static List<String> rows(Model model) {
    return model.rows(model.feeds.get(0));
  }

  @Test
  void newerVersionWinsAndBlankSetsNull_whenTheTargetMerges() {
    Model model = model(Kind.PM_MERGE);
    load(model, "f1", 1, content("a=1", "b=2", "c=3"));

    Version newer = load(model, "f2", 2, content("a=5", "b="));

    assertThat(rows(model)).containsExactly("g1 t|e|o [a=5, c=3] of " + newer);
  }

  @Test
  void olderVersionFillsNullsOnly_whenTheTargetMerges() {
    Model model = model(Kind.PM_MERGE);
    Version newer = load(model, "f1", 2, content("a=1", "b="));

    load(model, "f2", 1, content("a=9", "b=9"));

    assertThat(rows(model)).containsExactly("g1 t|e|o [a=1, b=9] of " + newer);
  }

  @Test
  void onlyTheNewestContentOfAPathHasRows_whenTheTargetAppends() {
    Model model = model(Kind.PM_APPEND);
    Version newest = load(model, "f1", 2, content("a=1"));
    load(model, "f1", 1, content("a=2"));
    Version other = load(model, "f2", 1, content("a=3"));

    assertThat(rows(model))
        .containsExactlyInAnyOrder("g1 t|e|o [a=1] of " + newest, "g1 t|e|o [a=3] of " + other);
  }

  @Test
  void hasARowForEachField_whenTheLayoutIsTall() {
    Model model = model(Kind.TALL_MERGE);

    Version file = load(model, "f1", 1, content("a=1", "b="));

    assertThat(rows(model))
        .containsExactlyInAnyOrder("g1 t|e|o|a [value=1] of " + file, "g1 t|e|o|b [] of " + file);
  }

  @Test
  void rowsOfATruncatedTableAreGone_untilTheFileIsLoadedAgain() {
    Model model = model(Kind.PM_APPEND);
    Version file = load(model, "f1", 1, content("a=1"));

    model.emptied(0, "g1");

    assertThat(rows(model)).isEmpty();
    model.loaded(List.of(file));
    assertThat(rows(model)).hasSize(1);
  }

  @Test
  void lastOfEqualKeysIsLoadedAndTheOthersCollapse() {
    Content twice =
        new Content(
            new byte[0],
            true,
            List.of(
                new Row("g1", KEY, Map.of("a", "1", "b", "2")),
                new Row("g1", KEY, Map.of("a", "3"))),
            0);

    Content.Reading reading =
        twice.read(new ModelFeed(Kind.PM_APPEND, 0, false, false, "keep"), false);

    assertThat(reading.read()).isEqualTo(3);
    assertThat(reading.collapsed()).isEqualTo(1);
    assertThat(reading.rows().get(new Content.RowKey("g1", KEY)))
        .containsExactly(Map.of("a", "3", "b", "2"));
  }
}
