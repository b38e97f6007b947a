package io.sluice.bench.model;

import io.sluice.core.fate.FateException;
import io.sluice.core.feed.Feed;
import io.sluice.core.message.Stage;
import io.sluice.core.ops.Pauses;
import io.sluice.core.ops.Replay;
import io.sluice.core.sql.Sql;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.work.Work;
import io.sluice.getter.source.Source;
import io.sluice.testkit.FaultyDataSource;
import io.sluice.testkit.JdbcCall;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Does the steps of a history to the line, and tells the model of each what it may know. */
final class History {

  private static final int NAMES = 5;
  private static final int ARCHIVES = 2;
  private static final int MOST_CALLS = 30;
  private static final int ROUNDS = 60;

  private final World world;
  private final Model model;
  private Model.Stored snapshot;
  final List<String> told = new ArrayList<>();
  final List<String> problems = new ArrayList<>();

  History(World world, Model model) {
    this.world = world;
    this.model = model;
  }

  void run(Op op) {
    StringBuilder what = new StringBuilder(op.toString());
    run(op, op.random(), what, true);
    told.add(what.toString());
  }

  private void run(Op op, Random dice, StringBuilder what, boolean outer) {
    try {
      act(op, dice, what, outer);
    } catch (FateException e) {
      what.append(" -> ").append(e.getClass().getSimpleName()).append(": ").append(firstLine(e));
    } catch (IOException | SQLException e) {
      throw new IllegalStateException("the model's own failure at " + what, e);
    } catch (RuntimeException e) {
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      problems.add("step " + what + " failed: " + trace);
    }
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private void act(Op op, Random dice, StringBuilder what, boolean outer)
      throws IOException, SQLException {
    int feed = dice.nextInt(model.feeds.size());
    switch (op.kind()) {
      case DELIVER -> deliver(op, feed, dice, what);
      case RESEND -> resend(op, feed, dice, what);
      case ARCHIVE -> archive(op, feed, dice, what);
      case BREAK -> put(name(feed, dice), time(op, dice), maker(feed, dice).broken(), feed, what);
      case SAME_TIME -> sameTime(feed, dice, what);
      case REMOVE -> remove(feed, dice, what);
      case PUT_BACK -> putBack(feed, dice, what);
      case SCAN, DISPATCH, SWEEP, WORK -> onNode(op, dice, what, outer);
      case DOUBLE_MESSAGE, DROP_MESSAGE, PURGE -> disturbQueue(op.kind(), dice, what);
      case TICK -> world.tick();
      case UNPARK -> unpark();
      case REPLAY -> replay(dice, what);
      case PAUSE -> pauses().pause(model.feeds.get(feed).name(), "");
      case RESUME -> pauses().resume(model.feeds.get(feed).name(), "");
      case EDIT -> world.narrow(feed, !world.isNarrow(feed));
      case FEED_AWAY -> world.away(feed, true);
      case FEED_BACK -> world.away(feed, false);
      case TRUNCATE, DROP_TABLE, DROP_SCHEMA -> empty(op.kind(), feed, dice, what);
      case LOSE_PACK -> lose(StagingKeys.RAW, dice, what);
      case LOSE_CHUNK -> lose(StagingKeys.CHUNK, dice, what);
      case RESTART -> world.restart(dice.nextInt(2));
      case SNAPSHOT -> {
        world.snapshot();
        snapshot = model.stored.copy();
      }
      case RESTORE -> restore(what);
    }
  }

  // Others: what is done to the source

  private ContentMaker maker(int feed, Random dice) {
    return new ContentMaker(model.feeds.get(feed), dice);
  }

  private String name(int feed, Random dice) {
    return "f" + dice.nextInt(NAMES) + model.feeds.get(feed).suffix();
  }

  /** Now and then a file comes that is older than those before it. */
  private static long time(Op op, Random dice) {
    long seconds = dice.nextInt(6) == 0 ? -7_200L - op.at() * 10L : op.at() * 10L;
    return Version.microsOf(World.START.plusSeconds(seconds));
  }

  private void deliver(Op op, int feed, Random dice, StringBuilder what) throws IOException {
    String name = name(feed, dice);
    put(name, time(op, dice), maker(feed, dice).make("E" + dice.nextInt(2)), feed, what);
  }

  private void put(String name, long micros, Content content, int feed, StringBuilder what)
      throws IOException {
    Version version = new Version(feed, name, micros, content.bytes().length);
    put(version, content.bytes(), content, Map.of(), what);
  }

  private void put(
      Version version,
      byte[] bytes,
      Content content,
      Map<String, Content> members,
      StringBuilder what)
      throws IOException {
    world.write(version, bytes);
    model.delivered(version, content, members);
    what.append(' ').append(version);
    if (content != null && !content.readable()) {
      what.append(" (broken)");
    }
  }

  /** The content of another file, or the same one with another time. */
  private void resend(Op op, int feed, Random dice, StringBuilder what) throws IOException {
    List<Version> earlier =
        model.given.keySet().stream().filter(v -> v.feed() == feed && !v.isMember()).toList();
    if (earlier.isEmpty()) {
      return;
    }
    Version version = earlier.get(dice.nextInt(earlier.size()));
    Model.Given given = model.given.get(version);
    if (given.isArchive()) {
      return;
    }
    String name = dice.nextInt(3) == 0 ? version.path() : name(feed, dice);
    put(
        name,
        time(op, dice),
        given.content,
        feed,
        what.append(" content of ").append(version).append(" as"));
  }

  private void archive(Op op, int feed, Random dice, StringBuilder what) throws IOException {
    String name = "z" + dice.nextInt(ARCHIVES);
    Map<String, Content> members = new LinkedHashMap<>();
    int count = 1 + dice.nextInt(3);
    for (int i = 0; i < count; i++) {
      String member = "m" + i + model.feeds.get(feed).suffix();
      boolean broken = dice.nextInt(12) == 0;
      members.put(member, broken ? maker(feed, dice).broken() : maker(feed, dice).make(name + i));
    }
    byte[] bytes = ContentMaker.zip(members);
    long micros = time(op, dice);
    put(new Version(feed, name + ".zip", micros, bytes.length), bytes, null, members, what);
  }

  /** A correction that has the time of the content before it. */
  private void sameTime(int feed, Random dice, StringBuilder what) throws IOException {
    String name = name(feed, dice);
    Version before = model.source.get(feed).get(name);
    Content content = maker(feed, dice).make("E" + dice.nextInt(2));
    if (before != null && before.size() != content.bytes().length) {
      put(name, before.micros(), content, feed, what);
    }
  }

  private void remove(int feed, Random dice, StringBuilder what) throws IOException {
    Version version = model.source.get(feed).get(name(feed, dice));
    if (version != null && world.hasSource(version)) {
      world.remove(version);
      model.removed(feed, version.path());
      what.append(' ').append(version);
    }
  }

  /** A file that was there before is there again, just so. */
  private void putBack(int feed, Random dice, StringBuilder what) throws IOException {
    String name = name(feed, dice);
    List<Version> gone =
        model.given.keySet().stream()
            .filter(v -> v.feed() == feed && v.path().equals(name))
            .filter(v -> model.given.get(v).disturbed)
            .toList();
    if (!gone.isEmpty() && !model.source.get(feed).containsKey(name)) {
      Version version = gone.get(dice.nextInt(gone.size()));
      Content content = model.given.get(version).content;
      put(version, content.bytes(), content, Map.of(), what);
      model.given.get(version).disturbed = true;
    }
  }

  // Others: what is done to queue, tables, staging and database

  private void disturbQueue(Op.Kind kind, Random dice, StringBuilder what) {
    if (kind == Op.Kind.PURGE) {
      world.queue.waiting.clear();
    } else if (!world.queue.waiting.isEmpty()) {
      MemoryQueue.Waiting message =
          world.queue.waiting.get(dice.nextInt(world.queue.waiting.size()));
      what.append(' ').append(message.message());
      if (kind == Op.Kind.DOUBLE_MESSAGE) {
        world.queue.waiting.add(message);
      } else {
        world.queue.waiting.remove(message);
      }
    }
  }

  private void unpark() {
    world.node(0).transactions.ledger(c -> Work.unpark(c, Duration.ZERO, 1_000));
  }

  private Pauses pauses() {
    return new Pauses(world.observer);
  }

  /** A person has a file handled again: any that is closed, but for duplicates. */
  private void replay(Random dice, StringBuilder what) {
    List<World.Known> closed =
        world.files(
            "where w.file_id is null and f.state in ('loaded', 'settled', 'rejected') order by f.path, f.mtime, f.id");
    if (closed.isEmpty()) {
      return;
    }
    World.Known file = closed.get(dice.nextInt(closed.size()));
    what.append(' ').append(file.version());
    Replay.Result result =
        new Replay(world.observer, world.staging, Map.of())
            .replay(List.of(file.id()), Replay.From.STAGING);
    what.append(' ').append(result);
  }

  /** Not between two chunks of one file: what is left of its rows then is nobody's to say. */
  private void empty(Op.Kind kind, int feed, Random dice, StringBuilder what) {
    ModelFeed of = model.feeds.get(feed);
    List<String> tables = world.tables(of);
    tables.removeIf(table -> table.endsWith("_v") || table.startsWith("dim_"));
    if (tables.isEmpty()
        || world.number("select count(*) from sluice.batch where chunks_done > 0") > 0) {
      return;
    }
    String table = tables.get(dice.nextInt(tables.size()));
    if (kind == Op.Kind.DROP_SCHEMA) {
      world.execute("drop schema " + of.name() + " cascade");
      model.emptied(feed, null);
    } else {
      String verb = kind == Op.Kind.TRUNCATE ? "truncate " : "drop table ";
      String end = kind == Op.Kind.TRUNCATE ? "" : " cascade";
      world.execute(verb + of.name() + "." + table + end);
      model.emptied(feed, table);
    }
    what.append(' ').append(of.name()).append('.').append(table);
  }

  private void lose(String kind, Random dice, StringBuilder what) throws IOException {
    List<String> keys = world.staged(kind);
    if (!keys.isEmpty()) {
      String key = keys.get(dice.nextInt(keys.size()));
      world.staging.delete(List.of(key));
      model.packsLost |= kind.equals(StagingKeys.RAW);
      what.append(' ').append(key);
    }
  }

  private void restore(StringBuilder what) throws SQLException {
    if (world.restore()) {
      model.stored = snapshot.copy();
      model.restored = true;
    } else {
      what.append(" (no backup)");
    }
  }

  // The line

  /** A step of a replica, in the middle of which it may die, lose its session, or be overtaken. */
  private void onNode(Op op, Random dice, StringBuilder what, boolean outer) throws SQLException {
    int index = outer ? dice.nextInt(2) : 1 - busy;
    Node node = world.node(index);
    int fault = outer ? dice.nextInt(10) : 0;
    int call = 1 + dice.nextInt(MOST_CALLS);
    FaultyDataSource.Planned planned = null;
    boolean before = dice.nextBoolean();
    if (fault == 9) {
      planned = plan(node, before, call, node.db.death());
      what.append(" killed at ").append(before ? "" : "the end of ").append("call ").append(call);
    } else if (fault == 8) {
      planned = plan(node, before, call, node.db.lostConnection());
      what.append(" session lost at call ").append(call);
    } else if (fault >= 6) {
      Op beside = op.beside();
      planned = plan(node, before, call, c -> beside(beside, index, what));
      what.append(" with another at call ").append(call);
    } else if (fault == 5 && op.kind() != Op.Kind.SCAN) {
      world.queue.refuseNext();
      what.append(" unconfirmed");
    }
    boolean mayKill = fault == 9;
    try {
      step(op.kind(), node, dice, what, planned, mayKill);
    } finally {
      node.db.heal();
      world.queue.confirmAgain();
      if (planned != null && mayKill && planned.struck()) {
        world.restart(index);
      }
    }
  }

  private int busy;

  private static FaultyDataSource.Planned plan(
      Node node, boolean before, int call, FaultyDataSource.Fault fault) {
    return before
        ? node.db.before(JdbcCall.WORK, call, fault)
        : node.db.after(JdbcCall.WORK, call, fault);
  }

  private void beside(Op op, int index, StringBuilder what) {
    busy = index;
    what.append(" {").append(op.kind());
    run(op, op.random(), what, false);
    what.append('}');
  }

  private void step(
      Op.Kind kind,
      Node node,
      Random dice,
      StringBuilder what,
      FaultyDataSource.Planned planned,
      boolean mayKill) {
    switch (kind) {
      case SCAN -> scan(node);
      case DISPATCH -> node.dispatcher.run();
      case SWEEP -> {
        node.messages.run();
        node.objects.run();
      }
      default -> work(node, dice, what, planned, mayKill);
    }
  }

  private void scan(Node node) {
    world.poll();
    for (Feed feed : world.feedsInEffect()) {
      for (Source source : node.sources.of(feed)) {
        node.scanner.scan(feed, source);
      }
    }
  }

  private void work(
      Node node,
      Random dice,
      StringBuilder what,
      FaultyDataSource.Planned planned,
      boolean mayKill) {
    if (world.queue.waiting.isEmpty()) {
      return;
    }
    int at = dice.nextInt(world.queue.waiting.size());
    boolean handedBack = dice.nextInt(5) > 0;
    MemoryQueue.Waiting waiting = world.queue.waiting.remove(at);
    long batch = waiting.message().batch();
    Stage stage = waiting.message().stage();
    what.append(' ').append(stage.id()).append(' ').append(waiting.message().feed());
    List<World.Known> files =
        world.files(
            "where w.batch = ? and w.stage = ? order by w.pack, w.pack_offset, f.id",
            batch,
            stage.id());
    files.forEach(file -> what.append(' ').append(file.version().path()));
    boolean narrow = world.isNarrow(Integer.parseInt(waiting.message().feed().substring(1)));
    try {
      node.stages.get(stage).work(waiting.message(), waiting.redelivered());
    } catch (FateException e) {
      boolean killed = mayKill && planned.struck();
      if (!killed || handedBack) {
        world.queue.waiting.add(new MemoryQueue.Waiting(waiting.message(), killed));
      }
      throw e;
    } finally {
      observe(stage, files, narrow);
    }
  }

  /** Of the schedule, what was handled and loaded; whether that was right is for the judge. */
  private void observe(Stage stage, List<World.Known> before, boolean narrow) {
    Map<Long, World.Known> now = new LinkedHashMap<>();
    world
        .files("where f.id = any (?)", Sql.longs(before.stream().map(World.Known::id).toList()))
        .forEach(file -> now.put(file.id(), file));
    List<Version> loaded = new ArrayList<>();
    for (World.Known file : before) {
      World.Known after = now.get(file.id());
      if (after == null || !model.given.containsKey(file.version())) {
        continue;
      }
      if (stage == Stage.HANDLE && after.open() && after.stage().equals("load")) {
        model.handled(file.version(), narrow);
      } else if (stage == Stage.LOAD && isLoaded(after)) {
        loaded.add(file.version());
      }
    }
    model.loaded(loaded);
  }

  /** A replay leaves a file settled whose source was settled before. */
  private static boolean isLoaded(World.Known file) {
    return file.open()
        ? file.stage().equals("settle")
        : Set.of("loaded", "settled").contains(file.state());
  }

  // The end

  /** Everything that was disturbed is put right, and the line goes on until nothing is left. */
  void settle() {
    for (ModelFeed feed : model.feeds) {
      world.away(feed.number(), false);
      pauses().resume(feed.name(), "");
    }
    int quiet = 0;
    for (int round = 0; round < ROUNDS && quiet < 2; round++) {
      world.tick();
      StringBuilder what = new StringBuilder("    round " + round);
      run(new Op(0, Op.Kind.SCAN, 0), what, this::scan);
      unpark();
      run(new Op(0, Op.Kind.DISPATCH, 0), what, node -> node.dispatcher.run());
      run(new Op(0, Op.Kind.SWEEP, 0), what, node -> node.messages.run());
      boolean idle =
          world.queue.waiting.isEmpty() && world.number("select count(*) from sluice.work") == 0;
      for (int i = world.queue.waiting.size(); i > 0; i--) {
        int left = world.queue.waiting.size();
        run(new Op(0, Op.Kind.WORK, 0), what, node -> work(node, new Random(0), what, null, false));
        if (left == world.queue.waiting.size()) {
          break;
        }
      }
      quiet = idle ? quiet + 1 : 0;
      told.add(what.toString());
    }
  }

  private interface NodeStep {
    void run(Node node);
  }

  private void run(Op op, StringBuilder what, NodeStep step) {
    try {
      step.run(world.node(0));
    } catch (FateException e) {
      what.append(" -> ").append(op.kind()).append(' ').append(firstLine(e));
    }
  }
}
