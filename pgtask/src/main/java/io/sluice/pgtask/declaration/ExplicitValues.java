package io.sluice.pgtask.declaration;

import io.sluice.core.yaml.Tree;

/**
 * What a file says itself, before defaults.
 *
 * @param written as it stands
 * @param right what of it has no problem so far
 */
record ExplicitValues(Tree written, Tree right) {

  ExplicitValues get(String key) {
    return new ExplicitValues(written.get(key), right.get(key));
  }

  /** Whether the file says it, right or wrong. */
  boolean has(String key) {
    return written.get(key).present();
  }

  /** Whether it is said wrongly, so that nothing can be concluded from it. */
  boolean wrong(String key) {
    return written.get(key).present() && !right.get(key).present();
  }
}
