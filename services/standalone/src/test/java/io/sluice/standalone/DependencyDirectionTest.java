package io.sluice.standalone;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Dependencies point one way: core ← getter, handler, loader, pgtask ← services; services never on
 * each other.
 */
class DependencyDirectionTest {

  private static final JavaClasses SLUICE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.sluice");

  @Test
  void seesAllModules_whenImporting() {
    assertThat(List.of("core", "getter", "handler", "loader", "pgtask", "service", "standalone"))
        .allSatisfy(
            part ->
                assertThat(SLUICE.stream())
                    .anyMatch(c -> c.getPackageName().startsWith("io.sluice." + part)));
  }

  @Test
  void coreUsesNoOtherModule() {
    noClasses()
        .that()
        .resideInAPackage("io.sluice.core..")
        .should()
        .dependOnClassesThat(
            com.tngtech.archunit.base.DescribedPredicate.describe(
                "are Sluice's but not core's",
                c ->
                    c.getPackageName().startsWith("io.sluice.")
                        && !c.getPackageName().startsWith("io.sluice.core")))
        .check(SLUICE);
  }

  @Test
  void librariesDoNotKnowEachOther() {
    for (String library : List.of("getter", "handler", "loader", "pgtask")) {
      classes()
          .that()
          .resideInAPackage("io.sluice." + library + "..")
          .should()
          .onlyDependOnClassesThat(
              com.tngtech.archunit.base.DescribedPredicate.describe(
                  "are its own, core's or foreign",
                  c ->
                      !c.getPackageName().startsWith("io.sluice.")
                          || c.getPackageName().startsWith("io.sluice.core")
                          || c.getPackageName().startsWith("io.sluice." + library)))
          .check(SLUICE);
    }
  }

  @Test
  void librariesKnowNeitherSpringNorABroker() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.sluice.core..",
            "io.sluice.getter..",
            "io.sluice.handler..",
            "io.sluice.loader..",
            "io.sluice.pgtask..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.springframework..", "com.rabbitmq..")
        .check(SLUICE);
  }

  @Test
  void packagesOfLibrariesHaveNoCycles() {
    slices().matching("io.sluice.core.(*)..").should().beFreeOfCycles().check(SLUICE);
    slices().matching("io.sluice.loader.(*)..").should().beFreeOfCycles().check(SLUICE);
    slices().matching("io.sluice.pgtask.(*)..").should().beFreeOfCycles().check(SLUICE);
  }

  @Test
  void everyPackageSaysWhatItIs() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("..", ".."))) {
      assertThat(
              files
                  .filter(file -> file.toString().matches(".*/src/main/java/.*\\.java"))
                  .map(Path::getParent)
                  .distinct())
          .isNotEmpty()
          .allSatisfy(
              directory ->
                  assertThat(directory.resolve("package-info.java")).content().contains("/**"));
    }
  }

  @Test
  void servicesNeverDependOnEachOther_standaloneApart() throws IOException {
    Pattern service =
        Pattern.compile("<artifactId>(sluice-service-(?!base)\\w+|sluice-cli|sluice-standalone)<");
    for (String name :
        List.of("base", "getter", "handler", "loader", "pgtask", "cli", "simulator")) {
      String pom = Files.readString(Path.of("..", name, "pom.xml"));
      String dependencies = pom.substring(pom.indexOf("<dependencies>"));
      assertThat(service.matcher(dependencies).find()).as(name + " uses another service").isFalse();
    }
  }
}
