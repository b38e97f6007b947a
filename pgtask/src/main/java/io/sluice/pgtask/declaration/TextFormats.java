package io.sluice.pgtask.declaration;

import static io.sluice.core.yaml.TextChecks.fault;

import io.sluice.core.feed.BadPatternException;
import io.sluice.core.yaml.Durations;
import io.sluice.core.yaml.Retention;
import io.sluice.core.yaml.Suggestion;
import io.sluice.core.yaml.TextChecks;
import io.sluice.core.yaml.TextChecks.Fault;
import io.sluice.pgtask.catalog.TableGlobs;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.task.BadTextException;
import io.sluice.pgtask.task.IntervalText;
import io.sluice.pgtask.task.ScheduleText;
import io.sluice.pgtask.task.TimeEncoding;
import io.sluice.pgtask.task.WindowText;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The formats of texts that only tasks have, beside those of all documents. */
final class TextFormats {

  /** Every format that the schemas of tasks and databases name. */
  static final TextChecks CHECKS =
      new TextChecks(
          Map.ofEntries(
              Map.entry("schedule", t -> read(() -> ScheduleText.parse(t, ZoneOffset.UTC))),
              Map.entry("window", t -> read(() -> WindowText.parse(t, ZoneOffset.UTC))),
              Map.entry("interval", t -> read(() -> IntervalText.parse(t))),
              Map.entry("time-format", t -> read(() -> TimeEncoding.parse(t))),
              Map.entry("partition-name", t -> read(() -> NameFormat.of(t))),
              Map.entry("ahead", TextFormats::ahead),
              Map.entry("keep-or-ids", TextFormats::keep),
              Map.entry("jdbc", TextFormats::jdbc),
              Map.entry("qualified-table", TextFormats::table),
              Map.entry("table-glob", TextFormats::tableGlob),
              Map.entry("place", TextFormats::place),
              Map.entry("storage-parameter", TextFormats::storageParameter)));

  /**
   * Storage parameters of tables, PostgreSQL 14 to 18; see
   * https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-STORAGE-PARAMETERS.
   * Those of autovacuum and vacuum also with {@code toast.} before them.
   */
  private static final List<String> BOTH =
      List.of(
          "autovacuum_enabled",
          "autovacuum_vacuum_threshold",
          "autovacuum_vacuum_max_threshold",
          "autovacuum_vacuum_scale_factor",
          "autovacuum_vacuum_insert_threshold",
          "autovacuum_vacuum_insert_scale_factor",
          "autovacuum_vacuum_cost_delay",
          "autovacuum_vacuum_cost_limit",
          "autovacuum_freeze_min_age",
          "autovacuum_freeze_max_age",
          "autovacuum_freeze_table_age",
          "autovacuum_multixact_freeze_min_age",
          "autovacuum_multixact_freeze_max_age",
          "autovacuum_multixact_freeze_table_age",
          "log_autovacuum_min_duration",
          "vacuum_index_cleanup",
          "vacuum_truncate",
          "vacuum_max_eager_freeze_failure_rate");

  private static final List<String> TABLE_ONLY =
      List.of(
          "fillfactor",
          "toast_tuple_target",
          "parallel_workers",
          "autovacuum_analyze_threshold",
          "autovacuum_analyze_scale_factor",
          "user_catalog_table");

  private static final Pattern JDBC =
      Pattern.compile("jdbc:postgresql://[^/?#@\\s]+/[^/?#\\s]+(\\?[^#\\s]*)?");
  private static final Pattern LOGIN =
      Pattern.compile("(?i)(.*//[^/]*@.*|.*[?&](user|password|sslpassword)=.*)");

  /** Names with nothing in them that means something else, or in double quotes. */
  private static final Pattern QUALIFIED =
      Pattern.compile(
          "%1$s\\.%1$s".formatted("(\"([^\"]|\"\")+\"|[^\".*\\s]([^\".*]*[^\".*\\s])?)"));

  private TextFormats() {}

  private static Optional<Fault> read(Runnable parser) {
    try {
      parser.run();
      return Optional.empty();
    } catch (BadTextException e) {
      return Optional.of(new Fault(e.getMessage(), e.remedy()));
    }
  }

  private static Optional<Fault> ahead(String text) {
    return fault(
        !text.matches("[1-9][0-9]{0,5}")
            && Durations.parse(text).filter(d -> !d.isZero()).isEmpty(),
        "'" + text + "' is not a valid value of ahead",
        "Write a time such as 7d, or a number of partitions such as 4.");
  }

  private static Optional<Fault> keep(String text) {
    if (text.equals("forever") || text.matches("[1-9][0-9]{0,17}")) {
      return Optional.empty();
    }
    return Retention.parse(text).filter(keep -> !Retention.shortest(keep).isZero()).isPresent()
        ? CHECKS.check("keep", text)
        : Optional.of(
            new Fault(
                "'" + text + "' is not a valid value of keep",
                "Write a time such as 90d or 13 months, a number of ids, or forever."));
  }

  /** The text itself is not repeated where it may hold a password. */
  private static Optional<Fault> jdbc(String text) {
    if (LOGIN.matcher(text).matches()) {
      return Optional.of(
          new Fault(
              "the url holds a user or password",
              "Write them as user: and password:, the password as ${env:NAME} or ${file:/path}."));
    }
    return fault(
        !JDBC.matcher(text).matches(),
        "'" + text + "' is not the URL of a PostgreSQL database",
        "Write jdbc:postgresql://host:port/database, for example jdbc:postgresql://pg2:5432/billing.");
  }

  private static Optional<Fault> table(String text) {
    return fault(
        !QUALIFIED.matcher(text).matches() || !isTable(TableName.parse(text)),
        "'" + text + "' is not a table with its schema",
        "Write schema.table, each of 1 to 63 bytes, for example billing.cdr; a name that has a"
            + " point, a quote or one of *?[{ in it in double quotes, as in SQL.");
  }

  private static boolean isTable(TableName table) {
    return isName(table.schema()) && isName(table.name());
  }

  private static boolean isName(String text) {
    return !text.isBlank() && text.indexOf('\0') < 0 && !TextChecks.tooLong(text);
  }

  private static Optional<Fault> tableGlob(String text) {
    if (!text.contains(".")) {
      return Optional.of(
          new Fault(
              "'" + text + "' names no schema",
              "Write schema.table, for example billing.cdr, or a glob such as pm.*."));
    }
    try {
      TableGlobs.of(text);
      return TableGlobs.isGlob(text) ? closed(text) : table(text);
    } catch (BadPatternException e) {
      return Optional.of(new Fault(e.getMessage(), e.remedy()));
    }
  }

  private static Optional<Fault> closed(String glob) {
    return fault(
        glob.chars().filter(c -> c == '"').count() % 2 != 0,
        "'" + glob + "' has a quote that is not closed",
        "Close it, and write two for a quote in a name.");
  }

  private static Optional<Fault> place(String text) {
    String example = "Write file:///directory or s3://bucket/prefix.";
    try {
      URI uri = new URI(text);
      boolean login = uri.getUserInfo() != null || uri.getQuery() != null;
      boolean file =
          "file".equals(uri.getScheme())
              && (uri.getAuthority() == null || uri.getAuthority().isEmpty())
              && String.valueOf(uri.getPath()).matches("/[^/].*")
              && !(uri.getPath() + "/").contains("/../");
      boolean bucket =
          "s3".equals(uri.getScheme())
              && String.valueOf(uri.getAuthority()).matches("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
      return fault(
          login || (!file && !bucket), "'" + text + "' is not a location for exports", example);
    } catch (URISyntaxException e) {
      return Optional.of(new Fault("'" + text + "' is not a location for exports", example));
    }
  }

  private static Optional<Fault> storageParameter(String text) {
    Matcher toast = Pattern.compile("toast\\.(.+)").matcher(text);
    boolean known =
        toast.matches()
            ? BOTH.contains(toast.group(1))
            : BOTH.contains(text) || TABLE_ONLY.contains(text);
    List<String> all = Stream.concat(BOTH.stream(), TABLE_ONLY.stream()).toList();
    return fault(
        !known,
        "'" + text + "' is not a storage parameter of tables",
        Suggestion.of(text.replaceFirst("^toast\\.", ""), all)
            .map(meant -> "Did you mean '" + meant + "'?")
            .orElse("Use one of PostgreSQL's, such as fillfactor or autovacuum_enabled."));
  }
}
