package io.sluice.embedded;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What stands in postgresql.conf, good for 14 and newer
 * (https://www.postgresql.org/docs/current/runtime-config.html).
 */
final class PostgresSettings {
  private PostgresSettings() {}

  /** For tests: nothing survives a crash of the machine, and nothing has to. */
  static Map<String, String> ephemeral() {
    Map<String, String> settings = common();
    settings.put("fsync", "off");
    settings.put("full_page_writes", "off");
    settings.put("shared_buffers", "64MB");
    settings.put("max_connections", "200");
    settings.put("max_wal_size", "1GB");
    return settings;
  }

  /** For one machine that loads all day: durable, and few checkpoints. */
  static Map<String, String> persistent() {
    Map<String, String> settings = common();
    settings.put("shared_buffers", "256MB");
    settings.put("max_connections", "100");
    settings.put("max_wal_size", "4GB");
    settings.put("checkpoint_timeout", "15min");
    settings.put("work_mem", "16MB");
    settings.put("maintenance_work_mem", "256MB");
    settings.put("random_page_cost", "1.1");
    return settings;
  }

  private static Map<String, String> common() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("listen_addresses", "127.0.0.1");
    settings.put("unix_socket_directories", "");
    settings.put("password_encryption", "scram-sha-256");
    settings.put("timezone", "UTC");
    settings.put("log_timezone", "UTC");
    settings.put("jit", "off");
    // A batch touches many partitions, and each takes a lock.
    settings.put("max_locks_per_transaction", "256");
    return settings;
  }

  static String render(Map<String, String> settings, int port, Path home) {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.put("port", Integer.toString(port));
    if (Files.exists(home.resolve("lib/postgresql/pg_stat_statements.so"))
        || Files.exists(home.resolve("lib/postgresql/pg_stat_statements.dylib"))) {
      all.put("shared_preload_libraries", "pg_stat_statements");
    }
    String lines =
        all.entrySet().stream()
            .map(e -> "%s = '%s'%n".formatted(e.getKey(), e.getValue()))
            .collect(Collectors.joining());
    return "# Written at every start; your own settings go to ../postgresql.local.conf\n"
        + lines
        + "include_if_exists = '../postgresql.local.conf'\n";
  }
}
