package io.sluice.getter.settle;

import io.sluice.core.feed.FeedSource;
import io.sluice.core.feed.FeedSource.After;
import io.sluice.getter.source.SourceFile;
import io.sluice.getter.source.SourceFileMissing;
import io.sluice.getter.source.SourceNameTaken;
import io.sluice.getter.source.SourceSession;
import java.io.IOException;
import java.util.Optional;

/**
 * Moves or deletes a source file, if it still is the one whose rows are loaded.
 *
 * <p>It is renamed first and looked at again under the new name, because a new content may arrive
 * between the look and the deletion; then it gets its name back. Every step may be repeated after a
 * crash.
 */
final class SourceAction {

  private static final String CHANGED = "the source has newer content under this name; left alone";

  private final SourceSession source;
  private final FeedSource feed;

  SourceAction(SourceSession source, FeedSource feed) {
    this.source = source;
    this.feed = feed;
  }

  /** Does what the feed says; returns a remark for the ledger, or null. */
  String apply(SettleClaim claim) throws IOException {
    After after = feed.after();
    if (after instanceof After.Delete) {
      return delete(claim);
    }
    if (after instanceof After.Move move) {
      return move(claim, target(claim.path(), move.directory()));
    }
    return null;
  }

  private String delete(SettleClaim claim) throws IOException {
    Optional<SourceFile> present = stat(claim.path());
    if (present.isPresent() && !present.get().unchanged(claim.loaded())) {
      deleteTomb(claim);
      return CHANGED;
    }
    if (present.isPresent()) {
      source.rename(claim.path(), claim.tomb());
    }
    return deleteTomb(claim);
  }

  private String deleteTomb(SettleClaim claim) throws IOException {
    Optional<SourceFile> tomb = stat(claim.tomb());
    if (tomb.isEmpty()) {
      return null;
    }
    if (!sameContent(tomb.get(), claim)) {
      source.rename(claim.tomb(), claim.path());
      return CHANGED;
    }
    source.delete(claim.tomb());
    return null;
  }

  private String move(SettleClaim claim, String target) throws IOException {
    Optional<SourceFile> present = stat(claim.path());
    if (present.isEmpty()) {
      return null; // moved before a crash, or by someone else
    }
    if (!present.get().unchanged(claim.loaded())) {
      return CHANGED;
    }
    String free = renameTo(claim, target);
    if (!sameContent(source.stat(free), claim)) {
      source.rename(free, claim.path());
      return CHANGED;
    }
    return null;
  }

  private String renameTo(SettleClaim claim, String target) throws IOException {
    try {
      source.rename(claim.path(), target);
      return target;
    } catch (SourceNameTaken e) {
      String other = target + "." + claim.fileId(); // an earlier content lies there
      source.rename(claim.path(), other);
      return other;
    }
  }

  /** The path below the pattern's fixed part, under the new directory: names repeat each day. */
  private String target(String path, String directory) {
    String base = feed.pathPattern().base();
    String prefix = base.equals("/") ? "/" : base + "/";
    String below =
        path.startsWith(prefix)
            ? path.substring(prefix.length())
            : path.substring(path.lastIndexOf('/') + 1);
    return (directory.equals("/") ? "" : directory) + "/" + below;
  }

  private static boolean sameContent(SourceFile now, SettleClaim claim) {
    return now.size() == claim.size() && now.modified().equals(claim.loaded().modified());
  }

  private Optional<SourceFile> stat(String path) throws IOException {
    try {
      return Optional.of(source.stat(path));
    } catch (SourceFileMissing e) {
      return Optional.empty();
    }
  }
}
