package io.sluice.pgtask.copyswap;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Every column of the catalogue that refers to a table or its columns, by {@code
 * pg_get_catalog_foreign_keys()}, and what becomes of such a reference when a copy takes the
 * table's place.
 */
final class CatalogReferences {

  /**
   * What becomes of it.
   *
   * @param tests the parts of {@link FollowingObjectsTest} that prove it
   * @param reason why nothing need become of it, if there are none
   */
  record Answer(List<String> tests, String reason) {}

  static final Map<String, Answer> ANSWERS = new TreeMap<>();

  private CatalogReferences() {}

  private static void tested(String reference, String... tests) {
    ANSWERS.put(reference, new Answer(List.of(tests), ""));
  }

  private static void irrelevant(String reference, String reason) {
    ANSWERS.put(reference, new Answer(List.of(), reason));
  }

  static {
    tested("pg_attrdef adrelid", "columns");
    tested("pg_attrdef adrelid,adnum", "columns");
    tested("pg_attribute attrelid", "columns", "grants");
    tested("pg_constraint conrelid", "constraints", "foreign key from it", "foreign key to itself");
    tested("pg_constraint conrelid,conkey", "constraints");
    tested("pg_constraint confrelid", "foreign key to it");
    tested("pg_constraint confrelid,confkey", "foreign key to it");
    tested("pg_constraint conindid", "indexes", "foreign key to it");
    tested(
        "pg_depend refclassid",
        "rule of another table",
        "materialized view",
        "function with an SQL body",
        "function of its rows",
        "column of its rows",
        "array of its rows",
        "policy of another table",
        "default by its identity",
        "views and their rules");
    tested(
        "pg_depend classid",
        "sequences",
        "member of an extension",
        "index of an extension",
        "trigger of an extension");
    tested(
        "pg_description classoid",
        "table",
        "columns",
        "constraints",
        "indexes",
        "column statistics",
        "triggers",
        "policies",
        "sequences");
    tested("pg_extension extconfig", "member of an extension");
    tested("pg_index indexrelid", "indexes", "index marks");
    tested("pg_index indrelid", "indexes", "index marks");
    tested("pg_index indrelid,indkey", "indexes");
    tested("pg_inherits inhrelid", "inheritance");
    tested("pg_inherits inhparent", "child");
    tested("pg_policy polrelid", "policies", "policy of another table");
    tested("pg_publication_rel prrelid", "publication");
    tested("pg_publication_rel prrelid,prattrs", "publication");
    tested("pg_rewrite ev_class", "rule", "views and their rules");
    tested("pg_seclabel classoid", "security label");
    tested("pg_sequence seqrelid", "sequences");
    tested("pg_shdepend classid", "table", "grants", "policies");
    tested("pg_statistic_ext stxrelid", "column statistics");
    tested("pg_statistic_ext stxrelid,stxkeys", "column statistics");
    tested("pg_subscription_rel srrelid", "subscription");
    tested("pg_trigger tgrelid", "triggers");
    tested("pg_trigger tgconstrrelid", "constraint trigger of another table");
    tested("pg_trigger tgrelid,tgattr", "triggers");
    tested("pg_type typrelid", "function of its rows", "column of its rows", "array of its rows");
    irrelevant("pg_class relrewrite", "set only while ALTER TABLE rewrites a table");
    irrelevant("pg_class reltoastrelid", "the copy has a TOAST table of its own");
    irrelevant("pg_foreign_table ftrelid", "a foreign table is no plain table and is refused");
    irrelevant("pg_init_privs classoid", "of members of extensions, which are refused");
    irrelevant("pg_partitioned_table partrelid", "a partitioned table is no plain one");
    irrelevant("pg_partitioned_table partrelid,partattrs", "a partitioned table is no plain one");
    irrelevant("pg_partitioned_table partdefid", "ATTACH … DEFAULT sets it");
    irrelevant("pg_shdepend refclassid", "what is shared by all databases refers to no table");
    irrelevant("pg_shdescription classoid", "of what is shared by all databases, as no table is");
    irrelevant("pg_shseclabel classoid", "of what is shared by all databases, as no table is");
    irrelevant("pg_statistic starelid", "the copy is analysed");
    irrelevant("pg_statistic starelid,staattnum", "the copy is analysed");
    irrelevant("pg_trigger tgconstrindid", "of constraints, which make their triggers themselves");
  }
}
