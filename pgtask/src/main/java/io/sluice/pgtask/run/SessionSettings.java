package io.sluice.pgtask.run;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;

/**
 * What every session of a task is set to, whatever its server, database and role are set to and
 * whatever a step before set: a statement must mean the same everywhere, or rows are lost.
 *
 * <p>See https://www.postgresql.org/docs/current/runtime-config-client.html
 */
public final class SessionSettings {

  /**
   * The isolation level first: locks are taken to see all that was committed before them, which
   * only READ COMMITTED does whatever was read earlier; what needs one snapshot says so itself.
   *
   * <p>Row security is off, which hides nothing: where a policy would, the statement fails.
   * Whatever a task copies, counts, moves or drops must be all rows, not those that its role may
   * see.
   */
  private static final String ALIKE =
      """
      reset session authorization;
      reset all;
      set default_transaction_isolation = 'read committed';
      set default_transaction_deferrable = off;
      set default_transaction_read_only = off;
      set row_security = off;
      set synchronous_commit = %s;
      set lock_timeout = %d;
      set statement_timeout = %d;
      set idle_in_transaction_session_timeout = 0;
      set idle_session_timeout = 0;
      set gin_fuzzy_search_limit = 0;
      """;

  /** A window or a limit of the task ends statements; a transaction may have many. */
  private static final String SINCE_17 = "set transaction_timeout = 0;\n";

  /** Written forms of values and names, which are compared, put into SQL, and kept in files. */
  private static final String FORMS =
      """
      set timezone = 'UTC';
      set datestyle = 'ISO, MDY';
      set intervalstyle = 'postgres';
      set extra_float_digits = 3;
      set bytea_output = 'hex';
      set array_nulls = on;
      set lc_monetary = 'C';
      set xmloption = 'content';
      set quote_all_identifiers = off;
      set standard_conforming_strings = on;
      """;

  /**
   * PostgreSQL's own names are looked up first, as they are unless search_path puts pg_catalog
   * behind others. The rest of the path stays: triggers, constraints and defaults of a table may
   * call functions that depend on it. Sluice's own statements name everything with its schema.
   */
  private static final String PATH =
      """
      select set_config('search_path',
        trim(both ', ' from regexp_replace(current_setting('search_path'),
          '(^|,) *"?pg_catalog"? *(?=,|$)', '', 'gi')), false)
        where current_setting('search_path') like '%pg_catalog%';
      """;

  private static final String REFUSED = "SLU01";

  /**
   * What only a superuser sets, or whoever was granted SET on it: under replica no trigger and no
   * foreign key acts, and the other two read past damaged pages as if they held no rows.
   */
  private static final String GUARDED =
      """
      do $$
      declare name text; value text;
      begin
        for name, value in values ('session_replication_role', 'origin'),
            ('zero_damaged_pages', 'off'), ('ignore_checksum_failure', 'off') loop
          if current_setting(name) <> value then
            begin
              perform set_config(name, value, false);
            exception when insufficient_privilege then
              raise exception using errcode = 'SLU01', message = format(
                'role %1$I has %2$s = %3$s, with which a task could lose rows, and may not set it to %4$s itself. '
                'As a superuser run: alter role %1$I in database %5$I set %2$s = %4$s',
                session_user, name, current_setting(name), value, current_database());
            end;
          end if;
        end loop;
        begin
          set client_connection_check_interval = '5s';
        exception when invalid_parameter_value then null; -- the server's system cannot
        end;
      end $$\
      """;

  /**
   * What differs from session to session.
   *
   * @param statementTimeout how long a statement may run, at most
   * @param durable whether commits wait for the disk
   */
  public record Wanted(Duration statementTimeout, boolean durable) {}

  private static final int NAME_BYTES = 63;

  private SessionSettings() {}

  /** Whether a session was last set under this name; asks no one, since servers tell changes. */
  static boolean isNamed(PGConnection session, String application) {
    return shortened(application).equals(session.getParameterStatus("application_name"));
  }

  private static String shortened(String application) {
    return application.substring(0, Math.min(application.length(), NAME_BYTES));
  }

  /**
   * Sets a session that is not in a transaction.
   *
   * @param application as pg_stat_activity shows it, in ASCII
   * @throws PauseStage if the role may not set what must be set; the message says what to do
   */
  public static void set(
      Connection connection, Duration lockTimeout, Wanted wanted, String application)
      throws SQLException {
    boolean since17 = connection.getMetaData().getDatabaseMajorVersion() >= 17;
    String sql =
        ALIKE.formatted(
                wanted.durable ? "on" : "off",
                lockTimeout.toMillis(),
                wanted.statementTimeout.toMillis())
            + (since17 ? SINCE_17 : "")
            + FORMS
            + PATH
            + "select set_config('application_name', %s, false);\n"
                .formatted(SqlNames.literal(shortened(application)))
            + GUARDED;
    try {
      Sql.execute(connection, sql);
    } catch (PSQLException e) {
      if (REFUSED.equals(e.getSQLState()) && e.getServerErrorMessage() != null) {
        throw new PauseStage(e.getServerErrorMessage().getMessage(), e);
      }
      throw e;
    }
  }
}
