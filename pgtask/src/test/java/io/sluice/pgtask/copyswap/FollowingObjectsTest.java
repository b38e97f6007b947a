package io.sluice.pgtask.copyswap;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.pgtask.task.Task;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever belongs or refers to a table is there after its copy has taken its place, or keeps the
 * copy from being begun. What there is, the catalogue itself says: {@link CatalogReferences}.
 */
class FollowingObjectsTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  private static final MaintenanceSpec NOTHING =
      new MaintenanceSpec(
          List.of(),
          List.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  /** By name: what is seen of a table, which must be the same before and after. */
  private static final Map<String, String> SEEN = new TreeMap<>();

  private static void seen(String name, String query) {
    SEEN.put(name, query);
  }

  static {
    seen(
        "table",
        """
        select concat_ws(' ', pg_get_userbyid(c.relowner), c.relrowsecurity, c.relforcerowsecurity, c.relreplident,
                         s.spcname, obj_description(c.oid, 'pg_class'))
        from pg_class c left join pg_tablespace s on s.oid = c.reltablespace where c.oid = '{t}'::regclass""");
    seen(
        "storage",
        """
        select concat_ws(' ', c.reloptions, t.reloptions)
        from pg_class c left join pg_class t on t.oid = c.reltoastrelid
        where c.oid = (select max(relid) from (select '{t}'::regclass::oid as relid
          union all select relid from pg_partition_tree('{t}') where isleaf) l)""");
    seen(
        "columns",
        """
        select concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, attcollation,
                         attstorage, attcompression, nullif(attstattarget, -1), attoptions, col_description(attrelid, attnum),
                         pg_get_expr(d.adbin, d.adrelid))
        from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = '{t}'::regclass and attnum > 0 and not attisdropped order by attname""");
    seen(
        "grants",
        """
        select concat_ws(' ', o.what, x.grantee::regrole, x.privilege_type, x.is_grantable)
        from (select 'table' as what, relacl as acl from pg_class where oid = '{t}'::regclass
              union all
              select attname, attacl from pg_attribute where attrelid = '{t}'::regclass
              union all
              select 'sequence ' || s.relname, relacl from pg_depend d join pg_class s on s.oid = d.objid and relkind = 'S'
              where d.refobjid = '{t}'::regclass) o, aclexplode(o.acl) x order by 1""");
    seen(
        "constraints",
        """
        select concat_ws(' ', conname, contype, condeferrable, condeferred, convalidated, obj_description(oid, 'pg_constraint'))
        from pg_constraint where conrelid = '{t}'::regclass and contype <> 'n' order by 1""");
    seen(
        "indexes",
        """
        select concat_ws(' ', i.relname, x.indisunique, x.indisprimary, s.spcname, obj_description(i.oid, 'pg_class'), i.reloptions)
        from pg_index x join pg_class i on i.oid = x.indexrelid left join pg_tablespace s on s.oid = i.reltablespace
        where x.indrelid = '{t}'::regclass order by 1""");
    seen(
        "index marks",
        """
        select distinct concat_ws(' ', x.indisreplident, x.indisclustered, x.indnatts)
        from pg_index x where x.indrelid in (select '{t}'::regclass
          union all select relid from pg_partition_tree('{t}'))
          and (x.indisreplident or x.indisclustered)""");
    seen(
        "column statistics",
        """
        select concat_ws(' ', s.stxnamespace::regnamespace, s.stxname, pg_get_statisticsobjdef_columns(s.oid), s.stxkind,
                         nullif(s.stxstattarget, -1), obj_description(s.oid, 'pg_statistic_ext'))
        from pg_statistic_ext s where s.stxrelid = '{t}'::regclass order by 1""");
    seen(
        "triggers",
        """
        select concat_ws(' ', tgenabled, pg_get_triggerdef(oid), obj_description(oid, 'pg_trigger'))
        from pg_trigger where tgrelid = '{t}'::regclass and not tgisinternal order by 1""");
    seen(
        "policies",
        """
        select concat_ws(' ', polname, polpermissive, polcmd, polroles::regrole[], pg_get_expr(polqual, polrelid),
                         pg_get_expr(polwithcheck, polrelid), obj_description(oid, 'pg_policy'))
        from pg_policy where polrelid = '{t}'::regclass order by 1""");
    seen(
        "sequences",
        """
        select concat_ws(' ', s.relname, d.refobjsubid > 0, d.deptype, q.seqincrement, q.seqcache, q.seqmax, q.seqcycle,
                         nextval(s.oid) > 1000, obj_description(s.oid, 'pg_class'))
        from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S' join pg_sequence q on q.seqrelid = s.oid
        where d.refobjid = '{t}'::regclass and d.classid = 'pg_class'::regclass order by 1""");
    seen(
        "views and their rules",
        """
        select pg_get_ruledef(r.oid) from pg_rewrite r
        where r.ev_class in ('app.seen'::regclass, 'app.more'::regclass) order by 1""");
    seen(
        "rows",
        "select count(*)::text || sum(hashtext(row(key, at, name)::text)) from {t} union all select n::text from app.seen");
  }

  /** Everything that is carried, on one table. */
  private static void everything(TaskFixture db, String place) throws SQLException {
    db.sql(
        "create schema app",
        "create schema other",
        "alter default privileges in schema app grant select on tables to pg_monitor",
        "alter default privileges in schema app grant select on sequences to pg_monitor",
        "set allow_in_place_tablespaces = on",
        "create tablespace %s location ''".formatted(space(db)),
        "reset allow_in_place_tablespaces",
        """
        create table app.t (
          gone int, key bigserial constraint t_key primary key, at timestamptz not null default now(), name text collate "C",
          note text compression pglz, ident int generated by default as identity (increment 3 cache 7 start 5000),
          twice bigint generated always as (key * 2) stored, constraint named check (name <> ''))
        """
            + place,
        "select setval('app.t_key_seq', 5000)");
  }

  private static String space(TaskFixture db) {
    return "space_" + db.database.name();
  }

  private static void furnish(TaskFixture db, String t, boolean plain) throws SQLException {
    String name = t.substring(4);
    List<String> sql = new ArrayList<>();
    sql.add("comment on table %1$s is 'calls'");
    sql.add("comment on column %1$s.name is 'caller'");
    sql.add("comment on constraint named on %1$s is 'some name'");
    sql.add("alter table %1$s set (fillfactor = 80, toast.autovacuum_enabled = off)");
    sql.add("alter table %1$s set tablespace " + space(db));
    sql.add("alter table %1$s alter column note set storage external");
    sql.add(
        "alter table %1$s alter column name set statistics 77, alter column name set (n_distinct = 9)");
    sql.add(
        "create index %2$s_name on %1$s (name, at desc) with (fillfactor = 70) tablespace "
            + space(db));
    sql.add("comment on index app.%2$s_name is 'by caller'");
    sql.add("alter table %1$s cluster on %2$s_name");
    sql.add("create unique index %2$s_both on %1$s (key, at)");
    sql.add("alter table %1$s replica identity using index %2$s_both");
    sql.add("create statistics app.%2$s_stat (ndistinct) on name, at from %1$s");
    sql.add("create statistics other.%2$s_stat (ndistinct) on name, at from %1$s");
    sql.add("alter statistics app.%2$s_stat set statistics 55");
    sql.add("comment on statistics app.%2$s_stat is 'together'");
    sql.add(
        "create function app.act() returns trigger language plpgsql as $$ begin return new; end $$");
    for (String trigger : List.of("usual", "disabled", "replica", "always")) {
      sql.add(
          "create trigger %s before update on %%1$s for each row when (new.name <> 'x') execute function app.act()"
              .formatted(trigger));
    }
    sql.add(
        "create constraint trigger late after insert on %1$s deferrable initially deferred for each row execute function app.act()");
    sql.add(
        "alter table %1$s disable trigger disabled, enable replica trigger replica, enable always trigger always");
    sql.add("comment on trigger usual on %1$s is 'acts'");
    sql.add("alter table %1$s enable row level security");
    sql.add(
        "create policy mine on %1$s as restrictive for update to pg_monitor, pg_read_all_data using (name <> 'secret') with check (key > 0)");
    sql.add("comment on policy mine on %1$s is 'hides'");
    sql.add("revoke all on %1$s from pg_monitor");
    sql.add("revoke truncate on %1$s from current_user");
    sql.add("grant select, update on %1$s to pg_read_all_data with grant option");
    sql.add("grant insert (name, at), references (key) on %1$s to public");
    sql.add("create view app.seen as select count(*) as n from %1$s");
    sql.add(
        "create view app.more with (security_barrier = true) as select key, at, name from %1$s where key > 0");
    sql.add(
        "create rule insteadof as on insert to app.more do instead insert into %1$s (key, at, name) values (new.key, new.at, new.name)");
    sql.add(
        "create rule delete_of as on delete to app.more do instead delete from %1$s where key = old.key");
    if (plain) {
      sql.add("comment on constraint t_key on %1$s is 'the key'");
      sql.add("comment on sequence app.t_ident_seq is 'counts'");
      sql.add("revoke all on sequence app.t_ident_seq from pg_monitor");
      sql.add("grant usage on sequence app.t_ident_seq to pg_read_all_data");
    }
    for (String one : sql) {
      db.sql(one.replace("%1$s", t).replace("%2$s", name));
    }
    db.sql(
        "insert into %s (at, name) select timestamptz '2026-11-17' + g * interval '1 minute', 'n' || g %% 7 from generate_series(1, 3000) g"
            .formatted(place(t)));
  }

  private static String place(String t) {
    return t.equals("app.t_rest") ? "app.t" : t;
  }

  private static Map<String, List<String>> look(TaskFixture db, String table) throws SQLException {
    Map<String, List<String>> all = new LinkedHashMap<>();
    for (Map.Entry<String, String> one : SEEN.entrySet()) {
      all.put(one.getKey(), db.texts(one.getValue().replace("{t}", table)));
    }
    return all;
  }

  private static TaskFixture reordering(TaskFixture db) {
    return db.with(
        MaintenanceSpec.class,
        (spec, run) ->
            CopySwap.rewrite(run, new TableName("app", "t"), ReorderTest.ordered("key")));
  }

  private static TaskFixture converting(TaskFixture db) {
    return db.with(ConvertSpec.class, new Conversion());
  }

  private static Task reorder() {
    return TaskFixture.task("reorder", NOTHING);
  }

  private static Task convert() {
    return TaskFixture.task(
        "convert", ConversionTest.spec("app.t", "at", Optional.empty(), false, false));
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void followARewrittenTable(int major) throws SQLException {
    try (TaskFixture db = reordering(new TaskFixture(major))) {
      everything(db, "");
      furnish(db, "app.t", true);
      Map<String, List<String>> before = look(db, "app.t");
      assertThat(db.run(reorder()).problems()).isEmpty();
      assertThat(look(db, "app.t")).isEqualTo(before);
      assertThat(before.values()).allMatch(lines -> !lines.isEmpty());
      assertThat(ConversionTest.leftovers(db)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void followAConvertedTable(int major) throws SQLException {
    try (TaskFixture db = converting(new TaskFixture(major))) {
      everything(db, "");
      furnish(db, "app.t", true);
      Map<String, List<String>> before = look(db, "app.t");
      assertThat(db.run(convert()).problems()).isEmpty();
      assertThat(look(db, "app.t")).isEqualTo(before);
      db.sql("insert into app.more values (-7, '2026-11-18', 'by the view')");
      assertThat(db.texts("select tableoid::regclass from app.t where key = -7"))
          .containsExactly("app.t_p20261118");
      assertThat(ConversionTest.leftovers(db)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void followADrainedDefaultPartition(int major) throws SQLException {
    try (TaskFixture db = DrainTest.draining(new TaskFixture(major))) {
      db.sql(
          "create schema app",
          "create schema other",
          "alter default privileges in schema app grant select on tables to pg_monitor",
          "set allow_in_place_tablespaces = on",
          "create tablespace %s location ''".formatted(space(db)),
          "reset allow_in_place_tablespaces",
          "create table app.t (key bigint not null, at timestamptz not null, name text, note text, unique (key, at)) partition by range (at)",
          "create table app.t_rest (gone int, at timestamptz not null, key bigserial, note text compression pglz, name text collate \"default\", constraint named check (name <> ''))",
          "alter table app.t_rest drop column gone",
          "alter table app.t attach partition app.t_rest default",
          "alter table app.t alter column key set default 0",
          "select setval('app.t_rest_key_seq', 5000)");
      furnish(db, "app.t_rest", false);
      db.sql(
          "alter table app.t replica identity using index t_key_at_key",
          "alter table app.t_rest replica identity using index t_rest_key_at_key");
      Map<String, List<String>> before = look(db, "app.t_rest");
      before.remove("rows");
      assertThat(DrainTest.run(db).problems()).isEmpty();
      Map<String, List<String>> after = look(db, "app.t_rest");
      after.remove("rows");
      assertThat(after).isEqualTo(before);
      assertThat(db.number("select count(*) from app.t")).isEqualTo(3000);
      assertThat(db.number("select count(*) from app.t_rest")).isZero();
      assertThat(ConversionTest.leftovers(db)).isEmpty();
    }
  }

  /** By what it is: what makes it, and the words that name it. */
  private static final Map<String, String[]> OBSTACLES = new LinkedHashMap<>();

  private static void obstacle(String name, String words, String... sql) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of(sql));
    OBSTACLES.put(name, all.toArray(String[]::new));
  }

  static {
    obstacle(
        "foreign key to it", "child_t_fkey", "create table app.child (t bigint references app.t)");
    obstacle(
        "foreign key from it",
        "t_ident_fkey",
        "create table app.of (id int primary key)",
        "insert into app.of select ident from app.t",
        "alter table app.t add foreign key (ident) references app.of");
    obstacle(
        "foreign key to itself",
        "t_self_fkey",
        "alter table app.t add self bigint references app.t");
    obstacle(
        "NOT NULL domain",
        "domain sure",
        "create domain app.sure as int not null default 1",
        "alter table app.t add sure app.sure");
    obstacle("child", "app.heir", "create table app.heir () inherits (app.t)");
    obstacle(
        "inheritance",
        "app.base",
        "create table app.base (at timestamptz not null)",
        "alter table app.t inherit app.base");
    obstacle("publication", "publication named", "create publication named for table app.t");
    obstacle(
        "publication of all tables",
        "publication everything",
        "create publication everything for all tables");
    obstacle("rule", "rule quiet", "create rule quiet as on delete to app.t do nothing");
    obstacle(
        "rule of another table",
        "rule copying",
        "create table app.source (key bigint)",
        "create rule copying as on insert to app.source do also insert into app.t (name) values ('x')");
    obstacle(
        "constraint trigger of another table",
        "trigger watching",
        "create function app.watch() returns trigger language plpgsql as 'begin return new; end'",
        "create constraint trigger watching after insert on app.source from app.t for each row execute function app.watch()");
    obstacle(
        "materialized view",
        "app.mat",
        "create materialized view app.mat as select count(*) from app.t");
    obstacle(
        "function with an SQL body",
        "app.body()",
        "create function app.body() returns bigint language sql begin atomic select count(*) from app.t; end");
    obstacle(
        "function of its rows",
        "app.takes(app.t)",
        "create function app.takes(app.t) returns int language sql as 'select 1'");
    obstacle("column of its rows", "app.history", "create table app.history (was app.t)");
    obstacle("array of its rows", "app.list", "create table app.list (were app.t[])");
    obstacle(
        "policy of another table",
        "policy reads",
        "create table app.guarded (key bigint)",
        "create policy reads on app.guarded using (exists (select from app.t where t.key = guarded.key))");
    obstacle(
        "default by its identity",
        "app.counted",
        "create table app.counted (n int default nextval('app.t_ident_seq'))");
    obstacle(
        "member of an extension",
        "extension citext",
        "create extension citext",
        "alter extension citext add table app.t");
    obstacle(
        "index of an extension",
        "extension ltree",
        "create extension ltree",
        "create index t_note on app.t (note)",
        "alter index app.t_note depends on extension ltree");
    obstacle(
        "trigger of an extension",
        "extension hstore",
        "create extension hstore",
        "create trigger acting before update on app.t for each row execute function app.watch()",
        "alter trigger acting on app.t depends on extension hstore");
    obstacle(
        "security label",
        "security label of selinux",
        "set allow_system_table_mods = on",
        "insert into pg_seclabel values ('app.t'::regclass, 'pg_class'::regclass, 2, 'selinux', 'secret')",
        "reset allow_system_table_mods");
    obstacle(
        "subscription",
        "subscription feeding",
        "create subscription feeding connection 'dbname=none' publication none with (connect = false, slot_name = none, enabled = false, create_slot = false)",
        "set allow_system_table_mods = on",
        "insert into pg_subscription_rel select oid, 'app.t'::regclass, 'r' from pg_subscription where subname = 'feeding' and subdbid = (select oid from pg_database where datname = current_database())",
        "reset allow_system_table_mods");
    obstacle(
        "grant by another",
        "grant of pg_monitor",
        "grant usage on schema app to pg_monitor",
        "grant select on app.t to pg_monitor with grant option",
        "set role pg_monitor",
        "grant select on app.t to pg_read_all_stats",
        "reset role");
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void keepTheTableWhereItIs_whenTheyCannotFollow(int major) throws SQLException {
    try (TaskFixture db = converting(reordering(new TaskFixture(major)));
        Connection elsewhere = db.dataSource.getConnection()) {
      everything(db, "");
      db.sql("insert into app.t (at, name) values ('2026-11-18', 'one')");
      for (String[] one : OBSTACLES.values()) {
        try (Connection connection = db.dataSource.getConnection()) {
          for (int n = 1; n < one.length; n++) {
            Sql.execute(connection, one[n]);
          }
        }
      }
      Sql.execute(elsewhere, "create temp view fleeting as select key from app.t");
      List<String> words = new ArrayList<>(OBSTACLES.values().stream().map(one -> one[0]).toList());
      long oid = db.number("select 'app.t'::regclass::oid");
      for (Task task : List.of(reorder(), convert())) {
        for (RunResult result :
            List.of(db.runner.dryRun(task, (step, locks) -> {}), db.run(task))) {
          assertThat(String.join("\n", result.problems()))
              .contains("app.t")
              .contains("fleeting")
              .contains(words);
        }
        words.remove(OBSTACLES.get("foreign key from it")[0]); // follows a converted table
      }
      assertThat(db.number("select 'app.t'::regclass::oid")).isEqualTo(oid);
      assertThat(ConversionTest.leftovers(db)).isEmpty();
      db.sql("alter subscription feeding disable", "drop subscription feeding");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void areEachAnswered_asTheCatalogueLists(int major) throws SQLException {
    try (TaskFixture db = new TaskFixture(major)) {
      List<String> all =
          db.texts(
              """
              select fktable::text || ' ' || array_to_string(fkcols, ',') from pg_get_catalog_foreign_keys()
              where pktable in ('pg_class'::regclass, 'pg_attribute'::regclass) order by 1""");
      assertThat(all).hasSizeGreaterThan(35);
      assertThat(CatalogReferences.ANSWERS.keySet()).containsAll(all);
    }
  }

  @Test
  void areEachAnsweredByATestOrAReason() {
    Set<String> tested = new TreeSet<>(SEEN.keySet());
    tested.addAll(OBSTACLES.keySet());
    CatalogReferences.ANSWERS.forEach(
        (reference, answer) -> {
          if (answer.reason().isEmpty()) {
            assertThat(tested).as(reference).containsAll(answer.tests());
            assertThat(answer.tests()).as(reference).isNotEmpty();
          }
        });
  }
}
