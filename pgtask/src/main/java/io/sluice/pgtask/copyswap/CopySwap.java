package io.sluice.pgtask.copyswap;

import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.Privileges;
import io.sluice.pgtask.run.Privileges.Requirement;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.HumanFormat;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Rewrites a table in place of itself, while it is used. */
public final class CopySwap {

  /**
   * What a rewrite did.
   *
   * @param done whether the table is rewritten (or was shown, in a dry run)
   * @param bytesBefore with indexes and TOAST
   * @param bytesAfter the same; empty if it is not done, or only shown
   */
  public record RewriteResult(boolean done, long bytesBefore, OptionalLong bytesAfter) {}

  private static final String SUFFIX = "__sluice_old";

  private CopySwap() {}

  /**
   * Writes a plain table, or a partition that has no partitions itself, anew: without bloat, with
   * new indexes. That takes as much disk as the table has rows and indexes, and for an order
   * work_mem or temporary files. Problems and notes go to the run; the old table is dropped in a
   * step of its own. A rewrite that an earlier run left half done is carried on.
   *
   * @throws SQLException when the catalogue cannot be read
   */
  public static RewriteResult rewrite(TaskRun run, TableName table, RewriteOptions options)
      throws SQLException {
    CopyNames names = new CopyNames(table);
    if (!SwapCleanup.afterEarlierRun(run, names)) {
      return new RewriteResult(false, 0, OptionalLong.empty());
    }
    Optional<SourceTable> source = run.read(c -> SourceReader.read(c, table));
    if (source.isEmpty()) {
      run.problem("there is no table " + table + " to rewrite");
      return new RewriteResult(false, 0, OptionalLong.empty());
    }
    return rewrite(run, source.get(), options);
  }

  /** The table beside another that says how far its rewrite is. */
  public static TableName stateOf(TableName table) {
    return new CopyNames(table).state();
  }

  /** What a rewrite needs: it reads all rows, and makes a table beside this one for its owner. */
  public static List<Requirement> needs(TableName table) {
    List<Requirement> needs = new ArrayList<>(Privileges.makingBeside(table));
    needs.add(Privileges.givingToOwner(table));
    needs.add(Privileges.seeingAllRows(table));
    return needs;
  }

  /**
   * A copy that a run was broken off at.
   *
   * @param spec what copy it is
   */
  public record Unfinished(String spec) {

    /** Else the table is being converted, and is not to be rewritten. */
    public boolean isRewrite() {
      return RewriteOptions.isRewrite(spec);
    }

    /** Whether {@link #rewrite} with these options carries it on, and does not start over. */
    public boolean is(RewriteOptions options) {
      return spec.equals(options.spec()) || spec.startsWith(options.spec() + " as ");
    }
  }

  /** Removes what is left of a rewrite that came to its end, and says what else is there. */
  public static Optional<Unfinished> finishEarlier(TaskRun run, TableName table)
      throws SQLException {
    CopyNames names = new CopyNames(table);
    Optional<CopySwapState> state = run.read(c -> CopySwapState.read(c, names));
    Optional<Unfinished> left = state.map(s -> new Unfinished(s.spec()));
    if (left.filter(Unfinished::isRewrite).isEmpty()
        || state.orElseThrow().phase() != CopySwapState.Phase.SWAPPED) {
      return left;
    }
    return SwapCleanup.afterEarlierRun(run, names)
        ? Optional.empty()
        : Optional.of(new Unfinished(""));
  }

  private static RewriteResult rewrite(TaskRun run, SourceTable source, RewriteOptions options)
      throws SQLException {
    RewriteResult nothing = new RewriteResult(false, source.bytes(), OptionalLong.empty());
    List<String> problems =
        new ArrayList<>(run.read(c -> Obstacles.of(c, source, "r", "is rewritten", false)));
    StorageOptions storage = run.read(c -> StorageOptions.read(c, source));
    CopyLayout layout =
        source.attachment().isPresent()
            ? new PartitionRewriteLayout(source, storage, options, SUFFIX)
            : new TableRewriteLayout(source, storage, options, SUFFIX);
    problems.addAll(run.read(layout::obstacles));
    if (!problems.isEmpty()) {
      problems.forEach(run::problem);
      return nothing;
    }
    CopySwapStep move =
        new CopySwapStep(
            "Rewrite %s (%s)%s"
                .formatted(source.name(), HumanFormat.bytes(source.bytes()), options.words()),
            source,
            layout,
            options.batchBytes());
    if (!run.step(move)) {
      return nothing;
    }
    SwapCleanup.of(new CopyNames(source.name()), layout).run(run);
    OptionalLong after =
        run.dry()
            ? OptionalLong.empty()
            : run.read(c -> SourceReader.read(c, source.name())).stream()
                .mapToLong(SourceTable::bytes)
                .findFirst();
    return new RewriteResult(true, source.bytes(), after);
  }
}
