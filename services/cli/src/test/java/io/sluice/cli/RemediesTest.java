package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Every command that a message or a page tells people to run exists, and stands there with all that
 * it needs.
 */
class RemediesTest {

  private static final Path ROOT = Path.of("../..");
  private static final Pattern COMMENT = Pattern.compile("(?m)^\\s*(?:/\\*(?s:.*?)\\*/|//.*$)");
  private static final Pattern JOINED = Pattern.compile("\"\\s*\\+\\s*\"");
  private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\\n]|\\\\.)*)\"");
  private static final Pattern CODE = Pattern.compile("`([^`\n]+)`|(?m)^ {4}(.+)$");
  private static final Pattern COMMAND =
      Pattern.compile("(?<![\\w./-])(?<!schema )(?:bin/)?sluice ([a-z].*)");

  /** What services and tasks call their connections. */
  private static final Set<String> CONNECTIONS =
      Set.of(
          "sluice publisher ",
          "sluice task run %d",
          "sluice task dry run ",
          "sluice task watch",
          "sluice task run 123 NAME");

  private static List<String> told(String directory, String ending, Pattern texts)
      throws IOException {
    List<String> told = new ArrayList<>();
    try (Stream<Path> files = Files.walk(ROOT.resolve(directory))) {
      files
          .filter(file -> file.toString().endsWith(ending))
          .filter(file -> !file.toString().contains("/test/"))
          .filter(file -> !file.toString().contains("/target/"))
          .sorted()
          .forEach(file -> told(file, texts, told));
    }
    return told;
  }

  private static void told(Path file, Pattern texts, List<String> told) {
    String source;
    try {
      source = Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    boolean java = file.toString().endsWith(".java");
    String text =
        java ? JOINED.matcher(COMMENT.matcher(source).replaceAll("")).replaceAll("") : source;
    texts
        .matcher(text)
        .results()
        .map(found -> found.group(1) == null ? found.group(2) : found.group(1))
        .filter(literal -> !CONNECTIONS.contains(literal))
        .map(COMMAND::matcher)
        .filter(Matcher::find)
        .forEach(command -> told.add(file.getFileName() + ": sluice " + command.group(1)));
  }

  @Test
  void everyMessageNamesACommandThatExists_withAllItNeeds() throws IOException {
    List<String> told = new ArrayList<>();
    for (String directory : List.of("opdata", "pgtask", "services")) {
      told.addAll(told(directory, ".java", LITERAL));
    }
    assertThat(told).hasSizeGreaterThan(60).allSatisfy(RemediesTest::assertComplete);
    assertThat(told).anyMatch(command -> command.contains("sluice dead discard ID"));
  }

  @Test
  void everyPageNamesCommandsThatExist() throws IOException {
    List<String> told = told("docs", ".md", CODE);
    told.removeIf(command -> command.startsWith("cli.md"));
    told(ROOT.resolve("README.md"), CODE, told);
    assertThat(told).hasSizeGreaterThan(10).allSatisfy(RemediesTest::leaf);
  }

  private static CommandLine leaf(String told) {
    CommandLine command = CliReferenceTest.sluice();
    String[] words =
        told.substring(told.indexOf("sluice ")).replaceAll("[^\\w -]", " ").split(" +", -1);
    for (int i = 1; i < words.length && command.getSubcommands().containsKey(words[i]); i++) {
      command = command.getSubcommands().get(words[i]);
    }
    assertThat(command.getSubcommands().keySet()).as(told).isSubsetOf("help");
    return command;
  }

  private static void assertComplete(String told) {
    CommandLine command = leaf(told);
    String name = command.getCommandSpec().qualifiedName();
    String rest = told.substring(told.indexOf(name) + name.length());
    for (OptionSpec option : command.getCommandSpec().options()) {
      if (option.required()) {
        assertThat(rest).as(told).contains(option.longestName());
      }
    }
    for (PositionalParamSpec parameter : command.getCommandSpec().positionalParameters()) {
      if (parameter.required()) {
        assertThat(rest).as(told + " needs " + parameter.paramLabel()).startsWith(" ");
      }
    }
  }
}
