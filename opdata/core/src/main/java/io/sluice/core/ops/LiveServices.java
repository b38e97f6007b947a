package io.sluice.core.ops;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import java.util.List;

/** Services that work on this database now: each has connections that bear its name. */
public final class LiveServices {

  private LiveServices() {}

  /** Their names, such as {@code sluice loader-0}. */
  public static List<String> list(Transactions transactions) {
    return transactions.ledger(
        c ->
            Sql.strings(
                c,
                "select distinct application_name from pg_stat_activity where datname = current_database()"
                    + " and application_name like 'sluice %' order by 1"));
  }
}
