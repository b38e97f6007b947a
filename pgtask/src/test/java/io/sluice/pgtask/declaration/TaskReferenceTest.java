package io.sluice.pgtask.declaration;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.feed.Feeds;
import io.sluice.testkit.SchemaReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** docs/tasks.md says what the schemas say; {@code -Dsluice.docs.write=true} writes its tables. */
class TaskReferenceTest {

  private static final Path PAGE = Path.of("../docs/tasks.md");
  private static final Path EXAMPLES = Path.of("../docs/examples/tasks");

  @Test
  void pageSaysWhatTheSchemasSay() throws IOException {
    String text = Files.readString(PAGE);
    String expected =
        SchemaReference.current(
            SchemaReference.current(text, "task.schema.json", TaskParser.TASKS.root()),
            "database.schema.json",
            TaskParser.DATABASES.root());
    if (Boolean.getBoolean("sluice.docs.write")) {
      Files.writeString(PAGE, expected);
    }
    assertThat(Files.readString(PAGE))
        .as("docs/tasks.md; write it with -Dsluice.docs.write=true")
        .isEqualTo(expected);
  }

  @Test
  void pageShowsTasksThatWork() throws IOException {
    String[] blocks = Files.readString(PAGE).split("```yaml\n", -1);
    assertThat(blocks.length).isGreaterThan(4);
    for (int i = 1; i < blocks.length; i++) {
      String yaml = blocks[i].substring(0, blocks[i].indexOf("```"));
      assertThat(TaskParser.parse("tasks.md", yaml).problems()).isEmpty();
    }
  }

  @Test
  void examplesWorkTogether() throws IOException {
    Feeds none = new Feeds(Map.of(), Instant.EPOCH);
    Map<Path, TaskFile> files = TaskParser.parseAll(EXAMPLES, none);
    assertThat(files).hasSizeGreaterThanOrEqualTo(4);
    assertThat(files.values()).allSatisfy(file -> assertThat(file.problems()).isEmpty());
  }
}
