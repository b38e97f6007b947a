package io.sluice.getter.settle;

import io.sluice.core.feed.FeedSource;
import io.sluice.core.feed.FeedSource.After;
import io.sluice.core.work.BatchFile;
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
  String apply(BatchFile file) throws IOException {
    After after = feed.after();
    if (after instanceof After.Delete) {
      return delete(file);
    }
    if (after instanceof After.Move move) {
      return move(file, target(file.path(), move.directory()));
    }
    return null;
  }

  private String delete(BatchFile file) throws IOException {
    Optional<SourceFile> present = stat(file.path());
    if (present.isPresent() && !present.get().unchanged(loaded(file))) {
      deleteTomb(file);
      return CHANGED;
    }
    if (present.isPresent()) {
      source.rename(file.path(), tomb(file));
    }
    return deleteTomb(file);
  }

  private String deleteTomb(BatchFile file) throws IOException {
    Optional<SourceFile> tomb = stat(tomb(file));
    if (tomb.isEmpty()) {
      return null;
    }
    if (!sameContent(tomb.get(), file)) {
      source.rename(tomb(file), file.path());
      return CHANGED;
    }
    source.delete(tomb(file));
    return null;
  }

  private String move(BatchFile file, String target) throws IOException {
    Optional<SourceFile> present = stat(file.path());
    if (present.isEmpty()) {
      return null; // moved before a crash, or by someone else
    }
    if (!present.get().unchanged(loaded(file))) {
      return CHANGED;
    }
    String free = renameTo(file, target);
    if (!sameContent(source.stat(free), file)) {
      source.rename(free, file.path());
      return CHANGED;
    }
    return null;
  }

  private String renameTo(BatchFile file, String target) throws IOException {
    try {
      source.rename(file.path(), target);
      return target;
    } catch (SourceNameTaken e) {
      String other = target + "." + file.id(); // an earlier content lies there
      source.rename(file.path(), other);
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

  private static SourceFile loaded(BatchFile file) {
    return new SourceFile(file.path(), file.size(), file.mtime());
  }

  /** Where the file lies for the moment between the last look at it and its deletion. */
  private static String tomb(BatchFile file) {
    int slash = file.path().lastIndexOf('/') + 1;
    return file.path().substring(0, slash)
        + "."
        + file.path().substring(slash)
        + ".sluice-"
        + file.id();
  }

  private static boolean sameContent(SourceFile now, BatchFile file) {
    return now.size() == file.size() && now.modified().equals(loaded(file).modified());
  }

  private Optional<SourceFile> stat(String path) throws IOException {
    try {
      return Optional.of(source.stat(path));
    } catch (SourceFileMissing e) {
      return Optional.empty();
    }
  }
}
