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
   * Writes a plain table, or a partition that has no partitions itself, anew: in an order, without
   * bloat, with new indexes. The rows are read in one snapshot, sorted, and written at once, which
   * takes as much disk as the table has rows and indexes, and work_mem or temporary files for the
   * sort. Problems and notes go to the run; the old table is dropped in a step of its own. A
   * rewrite that an earlier run left half done is carried on.
   *
   * @param orderBy SQL of ORDER BY, such as {@code "ts", "id" desc}; quoted by the caller
   * @throws SQLException when the catalogue cannot be read
   */
  public static RewriteResult reorder(TaskRun run, TableName table, String orderBy)
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
    return reorder(run, source.get(), orderBy);
  }

  /** What a rewrite needs: it reads all rows, and makes a table beside this one for its owner. */
  public static List<Requirement> needs(TableName table) {
    List<Requirement> needs = new ArrayList<>(Privileges.makingBeside(table));
    needs.add(Privileges.givingToOwner(table));
    needs.add(Privileges.seeingAllRows(table));
    return needs;
  }

  /** What a run that was broken off left of the rewriting of a table. */
  public enum Unfinished {
    NOTHING,
    /** A copy on its way, which {@link #reorder} carries on. */
    REWRITE,
    /** A copy of another kind: the table is being converted, and is not to be rewritten. */
    OTHER
  }

  /** Removes what is left of a rewrite that came to its end, and says what else is there. */
  public static Unfinished finishEarlier(TaskRun run, TableName table) throws SQLException {
    CopyNames names = new CopyNames(table);
    Optional<CopySwapState> state = run.read(c -> CopySwapState.read(c, names));
    if (state.isEmpty()) {
      return Unfinished.NOTHING;
    }
    if (!state.get().spec().startsWith("reorder by ")) {
      return Unfinished.OTHER;
    }
    if (state.get().phase() != CopySwapState.Phase.SWAPPED) {
      return Unfinished.REWRITE;
    }
    return SwapCleanup.afterEarlierRun(run, names) ? Unfinished.NOTHING : Unfinished.OTHER;
  }

  private static RewriteResult reorder(TaskRun run, SourceTable source, String orderBy)
      throws SQLException {
    RewriteResult nothing = new RewriteResult(false, source.bytes(), OptionalLong.empty());
    List<String> problems =
        new ArrayList<>(run.read(c -> Obstacles.of(c, source, "is rewritten", false)));
    StorageOptions storage = run.read(c -> StorageOptions.read(c, source));
    CopyLayout layout =
        source.attachment().isPresent()
            ? new PartitionReorderLayout(source, storage, orderBy, SUFFIX)
            : new TableReorderLayout(source, storage, orderBy, SUFFIX);
    problems.addAll(run.read(layout::obstacles));
    if (!problems.isEmpty()) {
      problems.forEach(run::problem);
      return nothing;
    }
    CopySwapStep move =
        new CopySwapStep(
            "Rewrite %s (%s) ordered by %s"
                .formatted(source.name(), HumanFormat.bytes(source.bytes()), orderBy),
            source,
            layout,
            Long.MAX_VALUE);
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
