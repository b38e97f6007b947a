package io.sluice.core.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** The generic part serves a kind of documents that is not a feed. */
class DocumentTest {

  private static final DocumentSchema SCHEMA =
      new DocumentSchema(DocumentTest.class, "note.schema.json", "the note");
  private static final TextChecks TEXTS =
      new TextChecks(
          Map.of(
              "colour",
              text ->
                  TextChecks.fault(!text.equals("red"), "'" + text + "' is not a colour", "Red.")));

  private static List<String> problems(String yaml) {
    YamlDocument.Read read = YamlDocument.read("n.yaml", yaml, "note", "note");
    read.tree().ifPresent(tree -> check(tree, read.problems()));
    return read.problems().all().stream().map(Problem::toString).toList();
  }

  private static void check(ObjectNode tree, Problems problems) {
    SchemaProblems.report(SCHEMA, tree, problems);
    TEXTS.checkTexts(SCHEMA, tree, problems);
  }

  @Test
  void saysEveryProblemWithItsPlace_whenSeveralAreThere() {
    String yaml = "aftr: 1h\ncolour: blue\nafter: soon\nsource: drop table x\n";
    assertThat(problems(yaml))
        .containsExactly(
            "n.yaml:1:1: the note has an unknown key 'aftr'. Did you mean 'after'?",
            "n.yaml:1:1: the note has no note. Add note, for example note: milk.",
            "n.yaml:2:9: 'blue' is not a colour. Red.",
            "n.yaml:3:8: 'soon' is not a duration. Write a number and ms, s, m, h, d or w, for"
                + " example 15m.",
            "n.yaml:4:9: the query is not a single SQL query. Write one select without a semicolon,"
                + " for example select name from cm.gnb.");
  }

  @Test
  void saysWhatToStartWith_whenFileIsNoMapping() {
    assertThat(problems("- a\n"))
        .containsExactly(
            "n.yaml:1:1: the file is not a note. Write a single mapping that starts with note:.");
  }

  @Test
  void saysItOfTheFile_whenItCannotBeRead() {
    assertThat(YamlDocument.read(Path.of("/no/such.yaml"), "note", "note").problems().all())
        .extracting(Problem::toString)
        .containsExactly(
            "/no/such.yaml:1:1: the file cannot be read. Check that it exists and that the"
                + " service is allowed to read it.");
    byte[] latin = "note: ü\n".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(YamlDocument.read("n.yaml", latin, "note", "note").problems().all())
        .extracting(Problem::message)
        .containsExactly("the file is not UTF-8");
  }

  @Test
  void readsDefaultOfTheSchema_whenPropertyIsAbsent() {
    YamlDocument.Read read = YamlDocument.read("n.yaml", "note: a\n", "note", "note");
    ObjectNode tree = read.tree().orElseThrow();
    check(tree, read.problems());
    SCHEMA.fillDefaults(tree);
    assertThat(read.problems().none()).isTrue();
    assertThat(Tree.of(tree).get("after").duration()).contains(Duration.ofHours(1));
  }

  @Test
  void refusesToBegin_whenSchemaIsMissing() {
    assertThatThrownBy(() -> new DocumentSchema(DocumentTest.class, "none.json", "the note"))
        .hasMessageContaining("none.json");
  }
}
