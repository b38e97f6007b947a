package io.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts of bin/ with a Maven and a JDK that only write down how they were called. */
class ScriptsTest {
  private static final Path BIN = Path.of("../../bin");
  private static final Pattern BARE_JAVA = Pattern.compile("(^|[ (;])java +[-\"$]");

  @TempDir Path root;
  private Path tools;

  @BeforeEach
  void setUp() throws IOException {
    tools = Files.createDirectories(root.resolve("tools/bin"));
    tool("javac", "echo javac 17.0.1");
    tool("java", "echo \"$0 $*\" >>'%s'".formatted(calls("java")));
    tool(
        "mvn",
        """
        [ "$1" = -v ] && echo 'Apache Maven 3.9.9' && exit
        echo "$*" >>'%s'
        for module in standalone cli simulator; do mkdir -p '%s'/services/$module/target; done
        """
            .formatted(calls("mvn"), root));
    tool("psql", "exit 0");
    Files.createDirectories(root.resolve("bin"));
    for (Path script : scripts()) {
      Files.copy(script, root.resolve("bin").resolve(script.getFileName()));
    }
    Files.writeString(root.resolve("pom.xml"), "<project/>");
    for (String module : List.of("embedded", "opdata", "pgtask", "services")) {
      source(module);
    }
  }

  @Test
  void demoBuildsAllThatItTellsPeopleToRun_inOneBuild() throws Exception {
    run("demo", "--once");
    assertThat(called("mvn"))
        .singleElement()
        .asString()
        .contains("-pl services/standalone,services/cli -am");
    run("sluice", "status");
    run("standalone");
    assertThat(called("mvn")).hasSize(1);
    assertThat(called("java")).hasSize(3);
  }

  @Test
  void buildsAgain_whenASourceOfAnyModuleChanged() throws Exception {
    run("sluice", "status");
    for (String module : List.of("embedded", "opdata", "pgtask", "services")) {
      int builds = called("mvn").size();
      Files.setLastModifiedTime(
          source(module), FileTime.from(Instant.now().plusSeconds(builds * 60L)));
      run("sluice", "status");
      assertThat(called("mvn")).as(module).hasSize(builds + 1);
    }
  }

  @Test
  void everyJvmEnds_whenMemoryRunsOut() throws Exception {
    assertThat(BIN.resolveSibling("services/jvm.options"))
        .content()
        .contains("\n-XX:+ExitOnOutOfMemoryError\n");
    List<String> launchers =
        List.of("demo", "standalone", "trial", "sluice", "simulate", "bench", "convert-bench");
    for (String launcher : launchers) {
      run(launcher);
    }
    assertThat(called("java"))
        .hasSize(launchers.size())
        .allSatisfy(
            call ->
                assertThat(call)
                    .contains("@" + root.resolve("services/jvm.options"))
                    .doesNotContain("HeapDump"));
    run(Map.of("SLUICE_HEAP_DUMP", "/dumps"), "standalone");
    assertThat(called("java").get(launchers.size()))
        .contains("-XX:+HeapDumpOnOutOfMemoryError -XX:HeapDumpPath=/dumps");
  }

  @Test
  void saysHowToCallABenchmark_withoutABuild() throws Exception {
    Map<String, String> programs =
        Map.of(
            "bench", "Bench",
            "chaos", "Chaos",
            "convert-bench", "ConvertBench",
            "partman-bench", "PartmanBench",
            "sftp-bench", "SftpBench");
    for (String program : programs.keySet()) {
      run(program, "--help");
      assertThat(Files.readAllLines(root.resolve("said"))).as(program).hasSize(2);
    }
    assertThat(called("java")).isEmpty();

    Path classes = root.resolve("bench/target/classes/io/sluice/bench");
    Files.createDirectories(classes);
    Files.createDirectories(root.resolve("bench/target/lib"));
    for (Map.Entry<String, String> program : programs.entrySet()) {
      Files.createFile(classes.resolve(program.getValue() + ".class"));
      run(program.getKey(), "--help");
      assertThat(called("java").get(called("java").size() - 1))
          .endsWith("io.sluice.bench." + program.getValue() + " --help");
    }
    assertThat(called("mvn")).isEmpty();
  }

  /** Those too that do not run without RabbitMQ or pg_partman. */
  @Test
  void noScriptStartsAJvmByItself() throws IOException {
    for (Path script : scripts()) {
      if (!script.endsWith("lib.sh")) {
        assertThat(Files.readAllLines(script))
            .as(script.toString())
            .noneMatch(line -> BARE_JAVA.matcher(line).find());
      }
    }
  }

  private static List<Path> scripts() throws IOException {
    try (Stream<Path> scripts = Files.list(BIN)) {
      return scripts.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private Path source(String module) throws IOException {
    Path source = root.resolve(module).resolve("src/main/java/A.java");
    Files.createDirectories(source.getParent());
    return Files.exists(source) ? source : Files.writeString(source, "class A {}\n");
  }

  private void tool(String name, String script) throws IOException {
    Path file = Files.writeString(tools.resolve(name), "#!/usr/bin/env bash\n" + script + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private Path calls(String tool) {
    return root.resolve(tool + ".calls");
  }

  private List<String> called(String tool) throws IOException {
    return Files.exists(calls(tool)) ? Files.readAllLines(calls(tool)) : List.of();
  }

  private void run(String script, String... arguments) throws Exception {
    run(Map.of(), script, arguments);
  }

  private void run(Map<String, String> more, String script, String... arguments) throws Exception {
    Path said = root.resolve("said");
    ProcessBuilder builder = new ProcessBuilder("bash", root.resolve("bin/" + script).toString());
    builder.command().addAll(List.of(arguments));
    builder.redirectErrorStream(true).redirectOutput(said.toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("SLUICE_"));
    environment.put("JAVA_HOME", root.resolve("tools").toString());
    environment.put("PATH", tools + ":" + environment.get("PATH"));
    environment.putAll(more);
    Process process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(said)).isZero();
  }
}
