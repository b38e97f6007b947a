package io.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.metric.Metric;
import io.sluice.service.SluiceProperties;
import io.sluice.service.getter.GetterProperties;
import io.sluice.service.handler.HandlerProperties;
import io.sluice.service.loader.LoaderProperties;
import io.sluice.service.pgtask.PgtaskProperties;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * docs/configuration.md and docs/metrics.md say what the code says. With {@code
 * -Dsluice.docs.write=true} they are written anew from it.
 */
class ReferenceDocsTest {

  private static final Path DOCS = Path.of("../../docs");
  private static final Pattern PARAM =
      Pattern.compile("@param (\\w+) (.*?)(?=\\n \\* @|\\n \\*/|\\z)", Pattern.DOTALL);

  private final StringBuilder text = new StringBuilder();

  @Test
  void configurationIsDocumented_asTheCodeHasIt() throws IOException {
    text.append(
        """
        # Configuration

        Of the services, as properties, environment variables (`SLUICE_DATABASE_URL` for `sluice.database.url`) or
        arguments (`--sluice.database.url=…`). Durations as `30s`, `5m`; sizes as `64MB`. Everything that Spring Boot
        itself can be told (`server.port`, `logging.structured.format.console=ecs` for JSON logs) can be told as well.

        ## standalone, demo and trial

        `bin/standalone`, `bin/demo` and `bin/trial` are deployments of their own. Where their database, broker, staging,
        feeds, tasks, temporary files, log and ports are follows from their options alone (`--help`). They read neither
        `application.properties` or `.yaml`, nor `/etc/sluice/sluice.yaml`, nor `SPRING_…` variables, nor Java system
        properties, so a shell or directory that is set up for another deployment cannot lead them there.

        - `bin/standalone` can be tuned: it obeys the environment variables of all settings below, and `LOGGING_LEVEL_…`,
          except for those that are places, marked † below: these it ignores, and says so at its start.
        - `bin/demo` takes no settings. Its feed and task are written to the data directory at each start.
        - `bin/trial` takes no settings. It loads copies of the files that its command line names, and never moves or
          deletes a source file.

        `SLUICE_HEAP_DUMP=DIRECTORY` has any script in `bin/` leave a heap dump there when its Java process runs out of
        memory; the process ends in any case. All of them start their JVM with `services/jvm.options`, which says why for each option and
        is meant for the services wherever they run: `java @services/jvm.options -Xmx512m -cp …`.
        """);
    table("All services", SluiceProperties.class, "base");
    table("getter", GetterProperties.class, "getter");
    table("handler", HandlerProperties.class, "handler");
    table("loader", LoaderProperties.class, "loader");
    table("pgtask", PgtaskProperties.class, "pgtask");
    check("configuration.md");
  }

  @Test
  void metricsAreDocumented_asTheCodeHasThem() throws IOException {
    text.append(
        """
        # Metrics

        At `/actuator/prometheus` of each service. For each stage, over any time with nothing in flight:

            received = done + rejected + failed + retried + duplicate + returned

        Alert when `failed` grows, when `sluice_stage_paused` stays 1, or when `received` stands still while the ledger
        has work. `retried` is not dropped: the work comes again. For tasks, every run ends as one outcome; alert when
        `sluice_task_last_success_seconds` is older than two of a task's schedules.

        | metric | labels | what |
        |---|---|---|
        """);
    for (Metric metric : Metric.values()) {
      text.append("| `%s` | %s | %s |\n".formatted(metric.id(), metric.labels(), metric.help()));
    }
    check("metrics.md");
  }

  private void check(String name) throws IOException {
    Path file = DOCS.resolve(name);
    if (Boolean.getBoolean("sluice.docs.write")) {
      Files.writeString(file, text);
    }
    assertThat(file).hasContent(text.toString());
  }

  private void table(String title, Class<?> type, String service) throws IOException {
    String prefix = type.getAnnotation(ConfigurationProperties.class).value();
    text.append("\n## ").append(title).append("\n\n| property | default | what |\n|---|---|---|\n");
    String source = Files.readString(sourceOf(type, service));
    rows(prefix, type, source);
  }

  private static Path sourceOf(Class<?> type, String service) {
    String path = type.getName().replace('.', '/') + ".java";
    return Path.of("..", service, "src/main/java").resolve(path);
  }

  private void rows(String prefix, Class<?> type, String source) {
    Map<String, String> texts = texts(type, source);
    for (RecordComponent component : type.getRecordComponents()) {
      String name = prefix + "." + kebab(component.getName());
      if (component.getType().isRecord() && component.getType().getEnclosingClass() != null) {
        rows(name, component.getType(), source);
      } else {
        String what = texts.getOrDefault(component.getName(), "");
        String place = Tuning.isPlace(name) ? " †" : "";
        text.append(
            "| `%s`%s | %s | %s |\n".formatted(name, place, defaultOf(type, component), what));
      }
    }
  }

  /** The default is on the constructor's parameter. */
  private static String defaultOf(Class<?> type, RecordComponent component) {
    List<String> names =
        java.util.Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).toList();
    DefaultValue value =
        type.getDeclaredConstructors()[0].getParameters()[names.indexOf(component.getName())]
            .getAnnotation(DefaultValue.class);
    return value == null || value.value().length == 0 || value.value()[0].isEmpty()
        ? ""
        : "`" + String.join(",", value.value()) + "`";
  }

  private static String kebab(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  /** The {@code @param} texts of the Javadoc that stands before a record. */
  private static Map<String, String> texts(Class<?> type, String source) {
    int record = source.indexOf("record " + type.getSimpleName() + "(");
    int doc = source.lastIndexOf("/**", record);
    Map<String, String> texts = new LinkedHashMap<>();
    if (doc >= 0) {
      String javadoc = source.substring(doc, record).replaceAll("(?m)^ +\\*", " *");
      Matcher params = PARAM.matcher(javadoc.substring(0, javadoc.indexOf("*/") + 2));
      while (params.find()) {
        texts.put(
            params.group(1),
            params
                .group(2)
                .replaceAll("\\s*\\n \\*\\s*", " ")
                .replaceAll("\\s*\\*/", "")
                .replaceAll("\\{@code ([^}]*)}", "`$1`")
                .strip());
      }
    }
    return texts;
  }
}
