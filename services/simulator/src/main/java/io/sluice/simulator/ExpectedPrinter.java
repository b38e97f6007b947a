package io.sluice.simulator;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Prints the expected result as JSON, or as one TSV line a group and counter. */
public final class ExpectedPrinter {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
  private static final String HEADER = "group\tcounter\tnumbers\tsum\tvectors\tblanks\trejected\n";

  private ExpectedPrinter() {}

  /** The whole of it, as JSON; {@link #fromJson} reads it again. */
  public static String json(Expected expected) {
    return JSON.writeValueAsString(expected) + "\n";
  }

  public static Expected fromJson(String json) {
    return JSON.readValue(json, Expected.class);
  }

  /** A line a group and counter, ordered as in the files. */
  public static String tsv(Expected expected) {
    return expected.groups().stream()
        .flatMap(group -> group.counters().stream().map(counter -> line(group, counter)))
        .collect(Collectors.joining("", HEADER, ""));
  }

  /** Writes to {@code target}: JSON if it ends in {@code .json} or is {@code -}, else TSV. */
  static void print(Expected expected, String target, PrintStream standardOut) throws IOException {
    boolean asJson = target.equals("-") || target.endsWith(".json");
    String text = asJson ? json(expected) : tsv(expected);
    if (target.equals("-")) {
      standardOut.print(text);
      standardOut.flush();
    } else {
      Files.writeString(Path.of(target), text, StandardCharsets.UTF_8);
    }
  }

  private static String line(Expected.GroupSum group, Expected.CounterSum counter) {
    return String.join(
            "\t",
            group.group(),
            counter.counter(),
            Long.toString(counter.numbers()),
            counter.sum().toPlainString(),
            Long.toString(counter.vectors()),
            Long.toString(counter.blanks()),
            Long.toString(counter.rejected()))
        + "\n";
  }
}
