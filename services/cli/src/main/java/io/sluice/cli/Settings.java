package io.sluice.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * Where database, staging and feeds are: from the options, else the environment, else the file that
 * standalone writes, {@code .sluice/connection.properties} here or in the home directory.
 */
record Settings(
    String url,
    Optional<String> user,
    Optional<String> password,
    Optional<String> staging,
    Path feeds) {

  static final String FILE = ".sluice/connection.properties";

  static Settings of(Session session) {
    Map<String, String> environment = session.terminal.environment();
    Properties file = load(environment);
    Source source = new Source(environment, file);
    boolean urlFromFile = session.url == null && environment.get("SLUICE_DATABASE_URL") == null;
    Source login = urlFromFile ? source : new Source(environment, new Properties());
    String url =
        first(session.url, source.get("SLUICE_DATABASE_URL", "url"))
            .orElseThrow(
                () ->
                    UserError.usage(
                        "no database is configured",
                        "Set --url or SLUICE_DATABASE_URL, or run this in a directory that has"
                            + " "
                            + FILE
                            + " is"));
    Optional<String> password =
        session.passwordFile == null
            ? login.get("SLUICE_DATABASE_PASSWORD", "password")
            : Optional.of(readPassword(session.passwordFile));
    return new Settings(
        url.startsWith("jdbc:") ? url : "jdbc:" + url,
        first(session.user, login.get("SLUICE_DATABASE_USER", "user")),
        password,
        first(session.staging, staging(environment, source)),
        feeds(session, source));
  }

  /** The second is what the services are told. */
  private static Optional<String> staging(Map<String, String> environment, Source source) {
    return first(
        environment.get("SLUICE_STAGING"), source.get("SLUICE_STAGING_LOCATION", "staging"));
  }

  /** The feeds need no database. */
  static Path feeds(Session session) {
    Map<String, String> environment = session.terminal.environment();
    return feeds(session, new Source(environment, load(environment)));
  }

  private static Path feeds(Session session, Source source) {
    return session.feeds != null
        ? session.feeds
        : Path.of(source.get("SLUICE_FEEDS", "feeds").orElse("feeds"));
  }

  /** The tasks need no database either; the second variable is what the service is told. */
  static Path tasks(Session session) {
    Map<String, String> environment = session.terminal.environment();
    Source source = new Source(environment, load(environment));
    Optional<String> named =
        first(environment.get("SLUICE_TASKS"), source.get("SLUICE_PGTASK_TASKS", "tasks"));
    return session.tasks != null ? session.tasks : Path.of(named.orElse("tasks"));
  }

  private record Source(Map<String, String> environment, Properties file) {
    Optional<String> get(String variable, String key) {
      return first(environment.get(variable), Optional.ofNullable(file.getProperty(key)));
    }
  }

  private static Optional<String> first(String one, Optional<String> two) {
    return one == null || one.isBlank() ? two : Optional.of(one);
  }

  private static Properties load(Map<String, String> environment) {
    Properties properties = new Properties();
    List<Path> places =
        List.of(
            Path.of(FILE).toAbsolutePath(),
            Path.of(environment.getOrDefault("HOME", ".")).resolve(FILE));
    for (Path file : places) {
      if (Files.isReadable(file)) {
        try (Reader reader = Files.newBufferedReader(file)) {
          properties.load(reader);
          return properties;
        } catch (IOException | IllegalArgumentException e) {
          throw UserError.usage(
              file + " cannot be read: " + e.getMessage(), "Repair it, or give --url");
        }
      }
    }
    return properties;
  }

  private static String readPassword(Path file) {
    try {
      return Files.readString(file).replaceFirst("[\\r\\n]+\\z", "");
    } catch (IOException e) {
      throw UserError.usage(
          "the password file " + file + " cannot be read", "Check --password-file");
    }
  }
}
