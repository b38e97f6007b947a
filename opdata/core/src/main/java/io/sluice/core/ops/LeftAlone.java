package io.sluice.core.ops;

/**
 * Files that a command does nothing with, for one reason.
 *
 * @param files how many
 * @param id of one of them, 0 when there are none
 * @param path its path, or null when the ledger does not know it
 */
public record LeftAlone(long files, long id, String path) {

  static final LeftAlone NONE = new LeftAlone(0, 0, null);

  LeftAlone plus(LeftAlone other) {
    return files == 0 ? other : new LeftAlone(files + other.files, id, path);
  }
}
