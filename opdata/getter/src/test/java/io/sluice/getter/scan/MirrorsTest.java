package io.sluice.getter.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.feed.Feed;
import io.sluice.core.ids.FileIds;
import io.sluice.core.ledger.Leases;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.getter.GetterFixture;
import io.sluice.getter.source.Source;
import io.sluice.getter.source.SourceSession;
import io.sluice.getter.source.TestSftpServer;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that serve the same files are known by the first of them, which may become another. */
class MirrorsTest {

  private static final String AWAY = "127.0.0.1:1";
  private static final String GONE = "127.0.0.1:2";

  @TempDir Path dir;
  private GetterFixture getter;
  private TestSftpServer server;
  private String here;
  private Path pm;

  @BeforeEach
  void open() throws Exception {
    getter = new GetterFixture(dir);
    pm = Files.createDirectories(dir.resolve("root/pm"));
    server = new TestSftpServer(pm.getParent());
    here = "127.0.0.1:" + server.port();
    Files.writeString(dir.resolve("password"), "right");
  }

  @AfterEach
  void close() throws IOException {
    getter.close();
    server.close();
  }

  /**
   * @param servers with HERE, AWAY and GONE for their addresses
   */
  private Feed feed(String servers) throws Exception {
    return getter.yaml(
        """
        feed: pm
        source:
          sftp:
            %s
            user: pm
            password: ${file:%s}
            knownHosts: %s
            path: /pm/*.xml
          since: 7d
        format: {3gpp-pm: {}}
        target: {table: "pm.{measInfoId}"}
        """
            .formatted(
                servers
                    .replace("HERE", '"' + here + '"')
                    .replace("AWAY", '"' + AWAY + '"')
                    .replace("GONE", '"' + GONE + '"'),
                dir.resolve("password"),
                server.knownHosts(dir.resolve("known_hosts"))));
  }

  private void write(String name) throws IOException {
    Path file = Files.writeString(pm.resolve(name), "<a/>");
    GetterFixture.touch(file, getter.clock.instant().minusSeconds(60));
  }

  private List<String> hosts(String table) {
    return getter.column("select distinct host from sluice." + table + " order by host");
  }

  private String error() {
    return getter.text("select error from sluice.scan where error is not null");
  }

  /** One file is loaded, one about to be fetched by a worker that has its batch, one waits. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mirrors: [[AWAY, HERE]]",
        "mirrors: [[AWAY, HERE, GONE]]",
        "mirrors: [[GONE], [AWAY, HERE]]"
      })
  void keepsItsFiles_whenAnotherServerComesFirst(String servers) throws Exception {
    feed("mirrors: [[HERE, GONE]]");
    keepsItsFiles(servers, AWAY);
  }

  @Test
  void keepsItsFiles_whenTheFirstServerIsTakenAway() throws Exception {
    feed("mirrors: [[GONE, HERE]]");
    keepsItsFiles("hosts: [HERE]", here);
  }

  @Test
  void keepsItsFiles_whenAHostBecomesAMirror() throws Exception {
    feed("hosts: [HERE]");
    keepsItsFiles("mirrors: [[AWAY, HERE]]", AWAY);
  }

  private void keepsItsFiles(String servers, String name) throws Exception {
    write("a.xml");
    getter.line();
    getter.loadAll();
    write("b.xml");
    getter.scan();
    getter.dispatcher().run();
    WorkMessage claimed = getter.queues.take(Stage.FETCH).get(0);
    write("c.xml");
    getter.scan();
    getter.execute("insert into sluice.pause (feed, host) select 'pm', host from sluice.scan");
    getter.execute("update sluice.batch set claim = 1, lease_until = now() + interval '1 hour'");
    String first = getter.text("select first_at from sluice.scan");

    feed(servers);
    getter.scan();
    for (String table : List.of("file", "work", "pause")) {
      assertThat(hosts(table)).as(table).containsExactly(name);
    }
    assertThat(getter.text("select first_at from sluice.scan where host = '" + name + "'"))
        .isEqualTo(first);
    assertThat(getter.column("select path_key from sluice.file order by path"))
        .containsExactlyElementsOf(
            List.of("a", "b", "c").stream()
                .map(file -> FileIds.pathKey("pm", name, "/pm/" + file + ".xml").toString())
                .toList());

    getter.execute("delete from sluice.pause");
    getter.scan();
    getter.fetcher().work(claimed, false);
    getter.fetchAll();
    assertThat(getter.column("select path || ' ' || state from sluice.file_status order by path"))
        .containsExactly("/pm/a.xml loaded", "/pm/b.xml fetched", "/pm/c.xml fetched");
  }

  @Test
  void leavesItsFilesToAHost_thatTheFeedStillHas() throws Exception {
    write("a.xml");
    feed("mirrors: [[HERE, AWAY]]");
    getter.scan();
    feed("hosts: [AWAY, HERE]");
    getter.scan();
    assertThat(hosts("file")).containsExactly(here);
    assertThat(hosts("scan")).containsExactlyInAnyOrder(AWAY, here);
  }

  @Test
  void asksWhoseFilesTheyAre_whenTwoHostsBecomeMirrorsOfANewOne() throws Exception {
    write("a.xml");
    feed("hosts: [HERE, GONE]");
    getter.scan();
    feed("mirrors: [[AWAY, HERE, GONE]]");
    assertThat(getter.scan()).isEmpty();
    assertThat(getter.text("select error from sluice.scan where host = '" + AWAY + "'"))
        .startsWith("feed pm: ")
        .contains(here, GONE)
        .endsWith("put the one first whose files are to be kept");
    assertThat(hosts("file")).containsExactly(here);

    feed("mirrors: [[HERE, AWAY, GONE]]");
    assertThat(getter.scan()).hasValueSatisfying(r -> assertThat(r.known()).isEqualTo(1));
    assertThat(hosts("file")).containsExactly(here);
  }

  /** It was scanned by itself once, before it became one of the list. */
  @Test
  void keepsItsFiles_whenAnotherServerComesFirst_thatHadFilesOfItsOwnBefore() throws Exception {
    write("a.xml");
    feed("mirrors: [[HERE, AWAY]]");
    getter.scan();
    getter.execute(
        "insert into sluice.scan (feed, host, last_at, files) values ('pm', '%s', now(), 1)"
            .formatted(AWAY));
    getter.scan();
    assertThat(hosts("scan")).containsExactly(here);
    getter.execute(
        """
        insert into sluice.file (id, day, path_key, feed, host, path, size, mtime, bulk)
        select id + 1000, day, '%s', feed, '%s', path, size, mtime, bulk from sluice.file
        """
            .formatted(FileIds.pathKey("pm", AWAY, "/pm/a.xml"), AWAY));
    write("b.xml");
    getter.scan();

    feed("mirrors: [[AWAY, HERE]]");
    assertThat(getter.scan()).hasValueSatisfying(r -> assertThat(r.found()).isZero());
    assertThat(getter.column("select host || path from sluice.file order by 1"))
        .containsExactlyInAnyOrder(here + "/pm/a.xml", AWAY + "/pm/a.xml", AWAY + "/pm/b.xml");
    assertThat(hosts("scan")).containsExactly(AWAY);
  }

  /** Its name in the ledger is that which it had before it became one of the list. */
  @Test
  void fetchesWhatWaits_whenItsHostBecomesOneOfSeveral() throws Exception {
    write("a.xml");
    feed("hosts: [HERE]");
    getter.scan();
    feed("mirrors: [[AWAY, HERE]]");
    getter.fetchAll();
    assertThat(getter.states()).containsExactly("/pm/a.xml fetched");
  }

  @Test
  void stopsItsScan_whenTheListingTookSoLongThatAnotherScans() throws Exception {
    write("a.xml");
    Feed feed = feed("hosts: [HERE]");
    Source source = getter.sources.of(feed).get(0);
    Source slow = on("connect", Source.class, source, this::loseLease);
    assertThat(getter.scanner.scan(feed, slow)).isEmpty();
    assertThat(hosts("file")).isEmpty();
    assertThat(getter.text("select last_at from sluice.scan")).isNull();
  }

  @Test
  void offersNothing_whenTheListingEndsBrokenAfterAnotherScans() throws Exception {
    write("a.xml");
    Feed feed = feed("hosts: [HERE]");
    Source source = getter.sources.of(feed).get(0);
    Source breaking =
        on(
            "connect",
            Source.class,
            source,
            session ->
                on(
                    "list",
                    SourceSession.class,
                    (SourceSession) session,
                    listing -> {
                      loseLease(listing);
                      throw new IOException("connection reset");
                    }));
    assertThat(getter.scanner.scan(feed, breaking)).isEmpty();
    assertThat(hosts("file")).isEmpty();
    assertThat(getter.text("select last_at from sluice.scan")).isNull();
  }

  private Object loseLease(Object result) {
    getter.clock.advance(Duration.ofMinutes(2));
    getter.execute("update sluice.lease set owner = 'other'");
    return result;
  }

  private interface Afterwards {
    Object apply(Object result) throws IOException;
  }

  /** One whose method is followed by something else. */
  private static <T> T on(String name, Class<T> type, T of, Afterwards afterwards) {
    InvocationHandler handler =
        (proxy, method, values) -> {
          Object result = method.invoke(of, values);
          return method.getName().equals(name) ? afterwards.apply(result) : result;
        };
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  @Test
  void waits_whileTheFormerNameIsScanned_andLetsNobodyScanItThen() throws Exception {
    write("a.xml");
    Feed before = feed("mirrors: [[HERE, AWAY]]");
    getter.scan();
    Leases other = new Leases(getter.transactions, "other");
    String former = Leases.ofScan("pm", here);
    other.take(former, Duration.ofMinutes(1));
    feed("mirrors: [[AWAY, HERE]]");
    assertThat(getter.scan()).isEmpty();
    assertThat(error())
        .isEqualTo(
            "feed pm: another getter still finds files of %s under its former name %s; it is tried again until that has read the feed"
                .formatted(AWAY, here));
    assertThat(hosts("file")).containsExactly(here);

    other.release(former);
    assertThat(getter.scan()).hasValueSatisfying(r -> assertThat(r.found()).isZero());
    assertThat(hosts("file")).containsExactly(AWAY);
    assertThat(getter.scanner.scan(before, getter.sources.of(before).get(0))).isEmpty();
    assertThat(hosts("file")).containsExactly(AWAY);
  }
}
