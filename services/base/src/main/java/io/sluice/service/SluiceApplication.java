package io.sluice.service;

import io.sluice.core.thread.FatalErrors;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;

/** Starts a service with the settings all of them share; an error that ends a thread ends it. */
public final class SluiceApplication {

  /** Neither those that Spring Boot looks for by itself nor that of the machine's services. */
  private static final Map<String, Object> NO_FILES =
      Map.of("spring.config.location", "", "spring.config.import", "");

  private SluiceApplication() {}

  /**
   * @param name of the service, for logs and metrics
   * @param defaults settings that the configuration may override
   */
  public static ConfigurableApplicationContext run(
      String name, Map<String, Object> defaults, String[] arguments, Class<?>... configuration) {
    return application(name, defaults, configuration).run(arguments);
  }

  /**
   * Starts services that are told everything by the given environment, and nothing by command line,
   * process environment, system properties or files.
   *
   * @param name of the service, for logs and metrics
   * @param told has no property sources but those that may be heard
   */
  public static ConfigurableApplicationContext runOnly(
      String name, ConfigurableEnvironment told, Class<?>... configuration) {
    SpringApplication application = application(name, NO_FILES, configuration);
    application.setEnvironment(told);
    application.setAddCommandLineProperties(false);
    return application.run();
  }

  private static SpringApplication application(
      String name, Map<String, Object> defaults, Class<?>... configuration) {
    FatalErrors.endProcess();
    SpringApplication application = new SpringApplication(configuration);
    Properties all = shared();
    all.put("spring.application.name", "sluice-" + name);
    all.putAll(defaults);
    application.setDefaultProperties(all);
    return application;
  }

  private static Properties shared() {
    Properties properties = new Properties();
    try (InputStream in = SluiceApplication.class.getResourceAsStream("defaults.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }
}
