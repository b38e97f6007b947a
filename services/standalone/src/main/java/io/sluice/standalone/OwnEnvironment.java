package io.sluice.standalone;

import java.util.Map;
import org.springframework.core.env.AbstractEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * All that the services of this JVM are told: the settings given here, which win, and {@link
 * Tuning}. What the process's environment, its system properties or files say of another deployment
 * on this machine is not heard.
 */
final class OwnEnvironment extends AbstractEnvironment {

  OwnEnvironment(Map<String, Object> settings, Map<String, Object> tuning) {
    getPropertySources().addLast(new MapPropertySource("standalone", settings));
    getPropertySources()
        .addLast(
            new SystemEnvironmentPropertySource(
                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, tuning));
  }
}
