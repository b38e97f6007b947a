package io.sluice.core.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.SchemaReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The tables in docs/feeds.md are what the schema says; {@code -Dsluice.docs.write} writes them.
 */
class FeedReferenceTest {

  private static final Path PAGE = Path.of("../../docs/feeds.md");

  @Test
  void pageSaysWhatTheSchemaSays() throws IOException {
    String text = Files.readString(PAGE);
    String expected = SchemaReference.current(text, "feed.schema.json", FeedParser.SCHEMA.root());
    if (Boolean.getBoolean("sluice.docs.write")) {
      Files.writeString(PAGE, expected);
    }
    assertThat(Files.readString(PAGE))
        .as("write the page by -Dtest=FeedReferenceTest -DargLine=-Dsluice.docs.write=true")
        .isEqualTo(expected);
  }

  @Test
  void pageShowsFeedsThatWork() throws IOException {
    String text = Files.readString(PAGE);
    String[] blocks = text.split("```yaml\n", -1);
    assertThat(blocks.length).isGreaterThan(1);
    for (int i = 1; i < blocks.length; i++) {
      String yaml = blocks[i].substring(0, blocks[i].indexOf("```"));
      assertThat(FeedParser.parse("feeds.md", yaml).problems()).isEmpty();
    }
  }
}
