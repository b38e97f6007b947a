package io.sluice.core.yaml;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the files of a {@link DocumentDirectory} are read.
 *
 * @param <R> what became of one file
 * @param <D> a document without problems
 */
public interface DocumentKind<R, D> {

  /** What the files are, in messages: {@code feeds}. */
  String plural();

  /** Reads the content of a file. */
  R parse(String file, byte[] utf8);

  /** Reads a file; that it cannot be read is a problem too. */
  R parse(Path file);

  /** The document, if there is no problem. */
  Optional<D> document(R result);

  /** Every problem of a file. */
  List<Problem> problems(R result);

  /**
   * Looks at all files together, such as for names that stand twice.
   *
   * @param inEffect what each file was when it last had no problem
   * @return the results, of files that do not fit with others with these problems
   */
  Map<Path, R> together(Map<Path, R> results, Map<Path, D> inEffect);
}
