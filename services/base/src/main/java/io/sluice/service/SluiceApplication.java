package io.sluice.service;

import io.sluice.core.thread.FatalErrors;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Starts a service with the settings all of them share; an error that ends a thread ends it. */
public final class SluiceApplication {
  private SluiceApplication() {}

  /**
   * @param name of the service, for logs and metrics
   * @param defaults settings that the configuration may override
   */
  public static ConfigurableApplicationContext run(
      String name, Map<String, Object> defaults, String[] arguments, Class<?>... configuration) {
    FatalErrors.endProcess();
    SpringApplication application = new SpringApplication(configuration);
    Properties all = shared();
    all.put("spring.application.name", "sluice-" + name);
    all.putAll(defaults);
    application.setDefaultProperties(all);
    return application.run(arguments);
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
