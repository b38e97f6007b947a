package io.sluice.cli;

import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Staging;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** What all commands share: the options of every command, and the way to database and staging. */
final class Session {

  static final int CONNECT_SECONDS = 10;

  final Terminal terminal;
  String url;
  String user;
  Path passwordFile;
  Path feeds;
  Path tasks;
  String staging;
  boolean json;
  boolean debug;
  private Settings settings;

  Session(Terminal terminal) {
    this.terminal = terminal;
  }

  PrintWriter out() {
    return terminal.out();
  }

  PrintWriter err() {
    return terminal.err();
  }

  Format format() {
    return new Format(terminal.zone());
  }

  Settings settings() {
    if (settings == null) {
      settings = Settings.of(this);
    }
    return settings;
  }

  /** For messages: never with a password. */
  String databaseUrl() {
    return settings().url().replaceFirst("\\?.*", "");
  }

  DataSource dataSource() {
    PGSimpleDataSource source = new PGSimpleDataSource();
    try {
      source.setUrl(settings().url());
    } catch (IllegalArgumentException e) {
      throw UserError.usage(
          "not a PostgreSQL URL: " + databaseUrl(), "Write jdbc:postgresql://HOST:PORT/DATABASE");
    }
    settings().user().ifPresent(source::setUser);
    settings().password().ifPresent(source::setPassword);
    source.setConnectTimeout(CONNECT_SECONDS);
    source.setApplicationName("sluice");
    return source;
  }

  Transactions transactions() {
    return new Transactions(dataSource());
  }

  Staging openStaging() {
    String location =
        settings()
            .staging()
            .orElseThrow(
                () ->
                    UserError.usage(
                        "no staging location is configured",
                        "Set --staging or SLUICE_STAGING to a directory or s3://BUCKET/PREFIX"));
    return StagingPlace.open(location, terminal.environment());
  }

  /** Prints machine-readable output if --json was given; else what the person wants to see. */
  void print(Object json, Runnable human) {
    if (this.json) {
      out().println(Json.text(json));
    } else {
      human.run();
    }
    out().flush();
  }

  Table table(String... headers) {
    return new Table(headers);
  }

  void print(Table table, String whenEmpty) {
    if (table.isEmpty()) {
      err().println(whenEmpty);
    } else {
      table.print(out(), terminal.columns(), terminal.interactive());
    }
  }

  /**
   * Asks before something is changed that was chosen by a filter or a glob, or is everything; what
   * is named one by one is changed without a question. Where nobody can answer, --yes must be
   * given.
   *
   * @param question what will be done, and to how many
   */
  void confirm(String question, boolean yes) {
    if (yes) {
      return;
    }
    if (!terminal.interactive() || json) {
      throw UserError.usage(question + " Nobody can be asked without a terminal", "Add --yes");
    }
    err().print(question + " [y/N] ");
    err().flush();
    String answer = "";
    try {
      answer = String.valueOf(terminal.in().readLine());
    } catch (IOException e) {
      throw UserError.usage("the answer cannot be read: " + e.getMessage(), "Add --yes");
    }
    if (!answer.strip().toLowerCase(Locale.ROOT).startsWith("y")) {
      throw new UserError(Exit.PROBLEMS, "cancelled; nothing was changed", "");
    }
  }
}
